//! The built-in functions: one table of names, arities and meanings.

/// Makes [`Builtin`] and what is said about each function. The position in the table is the code in plans, so
/// the table is only added to.
macro_rules! builtins {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $arity:literal,)+) => {
        /// Built-in functions and methods. The receiver of a method is its first argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Builtin {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Builtin {
            /// All of them, in the order of their codes in plans.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// How many arguments it takes, the receiver among them.
            #[must_use]
            pub const fn arity(self) -> usize {
                match self {
                    $(Self::$variant => $arity,)+
                }
            }

            /// Its name in sources.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

builtins! {
    /// `xs.join(separator)` over strings.
    Join "join" 2,
    /// `xs.len()`, `s.len()` (characters).
    Len "len" 1,
    /// `xs.first()`: none for an empty list.
    First "first" 1,
    /// `xs.last()`: none for an empty list.
    Last "last" 1,
    /// `xs.contains(x)`, `s.contains(part)`.
    Contains "contains" 2,
    /// `s.lines()`: without line ends; a last empty line does not count.
    Lines "lines" 1,
    /// `s.trim()`
    Trim "trim" 1,
    /// `s.starts_with(p)`
    StartsWith "starts_with" 2,
    /// `s.ends_with(p)`
    EndsWith "ends_with" 2,
    /// `s.replace(from, to)`
    Replace "replace" 3,
    /// `s.split(separator)`
    Split "split" 2,
    /// `s.upper()`
    Upper "upper" 1,
    /// `s.lower()`
    Lower "lower" 1,
    /// `path.parent`: of the root, the root.
    Parent "parent" 1,
    /// `path.name`: the last segment; of the root, the empty text.
    FileName "name" 1,
    /// `xs.indexed()`: a list of records of position and element.
    Indexed "indexed" 1,
    /// `x.text()`, and the text of a hole.
    Text "text" 1,
}
