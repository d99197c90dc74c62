//! What the documentation says and shows, compared with the program.

mod ci_recipes;
mod docs;
mod hooks_page;
mod measured_pages;
