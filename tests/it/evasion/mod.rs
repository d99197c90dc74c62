//! Marks written so that people or tools overlook them.

mod known;
