//! Rules for the source itself.

mod imports;
mod layers;
