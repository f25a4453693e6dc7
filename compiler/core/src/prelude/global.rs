//! What can be named without an import: functions and values that the language brings.

/// Where something can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere.
    Everywhere,
    /// In modules, but not in templates, which see only what they are given.
    Modules,
    /// In tests.
    Tests,
}

/// A function or a value that the language brings.
#[derive(Clone, Copy, Debug)]
pub struct Global {
    /// Its name.
    pub name: &'static str,
    /// Where it can be named.
    pub reach: Reach,
    /// What it takes, each as it is written in a declaration; none for a value.
    pub takes: Option<&'static [&'static str]>,
    /// What it gives; `T` is the type that is expected.
    pub gives: &'static str,
    /// What it is, in Markdown.
    pub docs: &'static str,
}

const fn function(
    name: &'static str,
    reach: Reach,
    takes: &'static [&'static str],
    gives: &'static str,
    docs: &'static str,
) -> Global {
    Global { name, reach, takes: Some(takes), gives, docs }
}

const fn value(name: &'static str, gives: &'static str, docs: &'static str) -> Global {
    Global { name, reach: Modules, takes: None, gives, docs }
}

use Reach::{Everywhere, Modules, Tests};

/// All of them.
pub const GLOBALS: &[Global] = &[
    function(
        "fail",
        Everywhere,
        &["message: String"],
        "Never",
        "Ends the build with this message; where it depends on the host, the run on that host.",
    ),
    function(
        "range",
        Everywhere,
        &["from: Int", "to: Int"],
        "List<Int>",
        "Numbers from one to before another.",
    ),
    function("json", Everywhere, &["value: T"], "String", "A value as JSON."),
    function("yaml", Everywhere, &["value: T"], "String", "A value as YAML."),
    function("toml", Everywhere, &["value: T"], "String", "A value as TOML."),
    function("ini", Everywhere, &["value: T"], "String", "A value as INI."),
    value("facts", "Facts", "What the host is."),
    value("labels", "Labels", "What is known about the host beside its facts."),
    function(
        "secret",
        Modules,
        &["name: String"],
        "Secret<String>",
        "A secret by its name; its value never is in a bundle.",
    ),
    function("file", Modules, &["path: String"], "Blob", "A file of `files/` as it is."),
    function("dir", Modules, &["path: String"], "Map<RelPath, Blob>", "A folder of `files/` as it is."),
    function(
        "load",
        Modules,
        &["path: String"],
        "T",
        "A data file of `data/`, read into the type that is expected.",
    ),
    function(
        "layers",
        Modules,
        &["layers: List<T>"],
        "T",
        "Data files over one another, the strongest last.",
    ),
    function(
        "template",
        Modules,
        &["path: String", ".."],
        "String",
        "A text with holes from `templates/`, with the values of its parameters by their names.",
    ),
    function("plan", Tests, &[".."], "Plan", "The plan of the test's host: of these policies, or of all."),
];

/// A function or a value that the language brings.
#[must_use]
pub fn global(name: &str) -> Option<&'static Global> {
    GLOBALS.iter().find(|global| global.name == name)
}
