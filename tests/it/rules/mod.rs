//! The catalogue, and the commands of `provost rules`.

mod bench;
mod bench_cases;
mod bench_edit;
mod bench_explain;
mod bench_try;
mod catalogue;
mod catalogue_page;
mod catalogue_variants;
mod facts;
mod former;
