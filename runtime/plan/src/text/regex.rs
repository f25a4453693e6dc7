//! Regular expressions: compiled when they are checked, searched in time linear in the text.
//!
//! The engine is `regex-lite`: a quarter of what `regex` adds to the agent, at the price of speed and of Unicode
//! classes. `docs/decisions/0006-regular-expressions.md` has the figures. Its syntax is that of `regex`:
//! no look-around and no references back, so that a search never takes exponential time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use regex_lite::Regex;

use super::Flaw;

/// The longest expression, in bytes.
const MOST: usize = 4096;
/// What a compiled expression takes at most, in bytes: bounds the time of a search per character.
const COMPILED: usize = 64 << 10;
/// How deep groups nest.
const NESTING: u32 = 50;
/// How many compiled expressions are kept.
const KEPT: usize = 64;

fn compile(text: &str) -> Result<Regex, String> {
    let mut builder = regex_lite::RegexBuilder::new(text);
    builder.size_limit(COMPILED).nest_limit(NESTING);
    builder.build().map_err(|error| error.to_string())
}

pub(super) fn scan(text: &str) -> Result<(), Flaw> {
    if text.len() > MOST {
        let reason = format!("it has {} bytes, and a regular expression has at most {MOST}", text.len());
        return Err(Flaw::new(reason));
    }
    with(text, |_| ()).map_err(|problem| Flaw::new(sentence(&problem)))
}

/// The engine's message as a clause about the expression.
fn sentence(problem: &str) -> String {
    if problem.contains("size limit") {
        format!("it is too large: compiled it takes more than {} KiB", COMPILED >> 10)
    } else if problem.contains("look-around") {
        "it looks around (`(?=`, `(?!`, `(?<=`, `(?<!`), which cannot be done in linear time".to_owned()
    } else if let Some(rest) = problem.strip_prefix("found ") {
        format!("it has {rest}")
    } else {
        format!("of it, the engine says: {problem}")
    }
}

/// Calls `search` with the compiled expression.
///
/// The last few are kept per thread: a filter over a list compiles its expression once. What is found does
/// not depend on it.
pub(crate) fn with<T>(text: &str, search: impl FnOnce(&Regex) -> T) -> Result<T, String> {
    thread_local! {
        static COMPILED: RefCell<BTreeMap<Box<str>, Rc<Regex>>> = const { RefCell::new(BTreeMap::new()) };
    }
    let kept = COMPILED.with_borrow(|kept| kept.get(text).map(Rc::clone));
    let regex = match kept {
        Some(regex) => regex,
        None => {
            let regex = Rc::new(compile(text)?);
            COMPILED.with_borrow_mut(|kept| {
                if kept.len() >= KEPT {
                    kept.clear();
                }
                kept.insert(text.into(), Rc::clone(&regex));
            });
            regex
        }
    };
    Ok(search(&regex))
}
