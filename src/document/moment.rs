//! Dates and times in configuration: `2026-12-01` (00:00 UTC), `2026-12-01T09:00:00Z`,
//! or with an offset, as TOML and RFC 3339 write them. One without an offset is UTC.

use std::fmt;

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// A moment, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment(pub i64);

impl Moment {
    /// Reads a moment; `None` when the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(stamp) = text.parse::<Timestamp>() {
            return Some(Self(stamp.as_second()));
        }
        let civil = match text.parse::<civil::Date>() {
            Ok(date) if text.len() <= "2026-12-01".len() => {
                date.to_datetime(civil::Time::midnight())
            }
            _ => text.parse::<civil::DateTime>().ok()?,
        };
        Some(Self(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
    }

    /// Reads the end of what a text names: of a date, the day after it begins.
    #[must_use]
    pub fn parse_end(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.parse::<civil::Date>() {
            Ok(date) if text.len() <= "2026-12-01".len() => {
                Self::parse(&date.checked_add(1.day()).ok()?.to_string())
            }
            _ => Self::parse(text),
        }
    }

    /// The present, by this machine's clock.
    #[must_use]
    pub fn now() -> Self {
        Self(Timestamp::now().as_second())
    }

    /// The day, as `2026-12-01` in UTC.
    #[must_use]
    pub fn date(self) -> String {
        self.stamp().to_zoned(TimeZone::UTC).date().to_string()
    }

    fn stamp(self) -> Timestamp {
        let bound = self.0.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        Timestamp::from_second(bound).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// As RFC 3339 in UTC, to the second.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.stamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_as_utc_unless_they_say_otherwise() {
        let read = |text| Moment::parse(text).map(|moment| moment.to_string());
        assert_eq!(read("2026-12-01").as_deref(), Some("2026-12-01T00:00:00Z"));
        assert_eq!(read("2026-12-01T09:30:00").as_deref(), Some("2026-12-01T09:30:00Z"));
        assert_eq!(read("2026-12-01T09:30:00+08:00").as_deref(), Some("2026-12-01T01:30:00Z"));
        assert_eq!(read("2026-13-01"), None);
        assert_eq!(read("soon"), None);
    }

    #[test]
    fn an_expiry_includes_its_day() {
        let end = |text| Moment::parse_end(text).map(|moment| moment.to_string());
        assert_eq!(end("2026-12-31").as_deref(), Some("2027-01-01T00:00:00Z"));
        assert_eq!(end("2026-12-31T12:00:00Z").as_deref(), Some("2026-12-31T12:00:00Z"));
    }
}
