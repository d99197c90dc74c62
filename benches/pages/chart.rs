//! Charts as SVG, by a few lines of our own: axes with powers of ten, and marks on them.
//! Light and dark pages both show them.

use std::fmt::Write;

use super::text::{escaped, number};

/// Colours that can be told apart, also by those who see few.
pub(crate) const GOOD: &str = "#2a78b5";
pub(crate) const BAD: &str = "#d1603d";

/// An axis with powers of ten.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    /// Where it begins and ends in the picture.
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis over whole powers of ten that holds all values.
    pub(crate) fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let logs: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
        let low = logs.iter().copied().fold(f64::INFINITY, f64::min);
        let high = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low <= high { (low.floor(), high.ceil()) } else { (0.0, 1.0) };
        Self { low, high: high.max(low + 1.0), from, to }
    }

    /// Where a value stands.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let log = value.max(f64::MIN_POSITIVE).log10().clamp(self.low, self.high);
        self.from + (log - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Its powers of ten, each with where it stands.
    fn ticks(&self) -> Vec<(f64, f64)> {
        let mut ticks = Vec::new();
        let mut log = self.low;
        while log <= self.high {
            ticks.push((10f64.powf(log), self.at(10f64.powf(log))));
            log += 1.0;
        }
        ticks
    }
}

/// A picture that grows.
pub(crate) struct Picture {
    width: f64,
    height: f64,
    body: String,
}

impl Picture {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.body, "{element}");
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        ));
    }

    /// A line in a colour.
    pub(crate) fn span(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.add(format_args!(
            "<line stroke=\"{colour}\" stroke-width=\"2\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" \
             x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        ));
    }

    pub(crate) fn dot(&mut self, at: (f64, f64), colour: &str, title: &str) {
        let ((x, y), title) = (at, escaped(title));
        self.add(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\">\
             <title>{title}</title></circle>"
        ));
    }

    /// A text that begins, ends or has its middle at a place.
    pub(crate) fn text(&mut self, at: (f64, f64), anchor: &str, text: &str) {
        let ((x, y), text) = (at, escaped(text));
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// The lines and numbers of an axis along the bottom.
    pub(crate) fn bottom(&mut self, axis: &Axis, top: f64, bottom: f64) {
        for (value, x) in axis.ticks() {
            self.line((x, top), (x, bottom), "grid");
            self.text((x, bottom + 16.0), "middle", &power(value));
        }
    }

    /// The lines and numbers of an axis along the left.
    pub(crate) fn left(&mut self, axis: &Axis, left: f64, right: f64) {
        for (value, y) in axis.ticks() {
            self.line((left, y), (right, y), "grid");
            self.text((left - 6.0, y + 4.0), "end", &power(value));
        }
    }

    pub(crate) fn svg(&self, title: &str) -> String {
        let Self { width, height, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">\n\
             <title>{}</title>\n\
             <style>\n\
             text {{ font: 12px sans-serif; fill: #444 }}\n\
             .grid {{ stroke: #8884; stroke-width: 1 }}\n\
             .bar {{ stroke: #444; stroke-width: 2 }}\n\
             @media (prefers-color-scheme: dark) {{ text {{ fill: #ccc }} .bar {{ stroke: #ccc }} }}\n\
             </style>\n{body}</svg>\n",
            escaped(title)
        )
    }
}

fn power(value: f64) -> String {
    if value >= 1.0 {
        number(value.round()).replace(".00", "").replace(".0", "")
    } else {
        format!("{value}")
    }
}
