//! Documentation of packages: what declarations show of themselves, and a site of pages about them.
//!
//! A site is plain files: one page for each module, and one that names them all and searches in them. Nothing
//! is fetched and nothing but the script of the first page runs, as the head of each page says; what an author
//! wrote reaches the pages as escaped text only.

mod declaration;
mod highlight;
mod markdown;
mod page;
mod site;

#[cfg(test)]
mod tests;

pub use declaration::{declaration, resource_part, typed, variant};
pub use site::{Options, Page, site};
