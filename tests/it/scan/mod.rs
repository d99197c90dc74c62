//! Scans of whole repositories: large ones, and damaged ones.

mod damaged_stores;
mod large;
