//! What a manifest may say: its tables and keys, what each is for, and what it holds. The reader of manifests takes their
//! names from here, and editors all of it.

/// A table or a key of a manifest.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether a manifest without it is wrong.
    pub is_required: bool,
    /// What it is for, in Markdown.
    pub about: &'static str,
    /// What holds without it; empty where it is required, or where nothing does.
    pub otherwise: &'static str,
    /// A value, as TOML; empty for tables.
    pub example: &'static str,
    /// The keys of the same table of which it needs one.
    pub beside: &'static [&'static str],
    /// The keys of the same table that it cannot stand beside.
    pub instead: &'static [&'static str],
}

/// What a table or a key holds.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    /// These keys.
    Keys(&'static [Key]),
    /// A table for each package that is needed, with these keys.
    Packages(&'static [Key]),
    /// A level for each rule of `mcc lint` that is named.
    Levels,
    /// What a package may do, by kind: a list of texts, or a bool.
    Bounds,
    /// A list of guards, by module and name.
    Guards,
    /// A text.
    Text(Text),
}

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// The name of a package.
    Name,
    /// A semantic version.
    Version,
    /// An edition of the language.
    Edition,
    /// One line for people.
    Line,
    /// An SPDX expression.
    License,
    /// A stream of bundles.
    Stream,
    /// The folder of a package on this disk.
    Path,
    /// A folder in what is fetched.
    Folder,
    /// An address.
    Address,
    /// The id of a commit.
    Commit,
    /// A SHA-256 digest.
    Digest,
}

impl Holds {
    /// The type of the value, in the words of TOML.
    pub fn type_name(self) -> &'static str {
        match self {
            Holds::Keys(_) | Holds::Packages(_) | Holds::Levels | Holds::Bounds => "table",
            Holds::Guards => "list of strings",
            Holds::Text(_) => "string",
        }
    }
}

/// The licences that are proposed. Any SPDX expression will do.
pub const LICENSES: [&str; 8] = [
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "EUPL-1.2",
    "GPL-3.0-or-later",
    "MIT",
    "MIT OR Apache-2.0",
    "MPL-2.0",
];

/// The tables of a manifest, in the order in which they are written mostly.
pub const TABLES: [Key; 5] = [
    Key {
        is_required: true,
        ..table("package", Holds::Keys(&PACKAGE), "What the package is called, and what it is.")
    },
    table(
        "dependencies",
        Holds::Packages(&DEPENDENCY),
        "The packages that this one needs: one entry for each, which says where it comes from. A package comes from a \
         folder (`path`), from a commit of a git repository (`git` and `rev`), or from an archive (`url` and `sha256`).",
    ),
    table("build", Holds::Keys(&BUILD), "What `mcc build` makes of the package."),
    table("guards", Holds::Keys(&GUARDS), "The guards of dependencies that hold in this package too."),
    table(
        "lint",
        Holds::Levels,
        "What is done about the findings of `mcc lint`: a level for each rule that is named, `\"allow\"`, `\"warn\"` or \
         `\"deny\"`.",
    ),
];

/// The keys of `[package]`.
pub const PACKAGE: [Key; 5] = [
    Key {
        is_required: true,
        ..text(
            "name",
            Text::Name,
            "The package's name: small letters, digits, `-` and `_`, beginning with a letter. Packages that need it \
             import its modules below this name, with `_` for `-`.",
            "\"web\"",
        )
    },
    Key {
        is_required: true,
        ..text(
            "version",
            Text::Version,
            "The package's version, by Semantic Versioning: `1.4.0`, `1.4.0-rc.1`.",
            "\"0.1.0\"",
        )
    },
    Key {
        is_required: true,
        ..text(
            "edition",
            Text::Edition,
            "The edition of the language that the package is written in.",
            "\"2026\"",
        )
    },
    text("description", Text::Line, "What the package is for, in one line.", "\"The web servers.\""),
    text("license", Text::License, "The package's licence, as an SPDX expression.", "\"Apache-2.0\""),
];

/// The keys of `[build]`.
pub const BUILD: [Key; 1] = [Key {
    otherwise: "the package's name",
    ..text(
        "stream",
        Text::Stream,
        "The stream that the bundles belong to. Of a stream a host takes no bundle that is older than the one it has.",
        "\"web/production\"",
    )
}];

/// The keys of `[guards]`.
pub const GUARDS: [Key; 1] = [Key {
    name: "use",
    holds: Holds::Guards,
    about: "The guards of dependencies that hold here, by module and name as an import would write them. Guards of this \
            package hold without being named.",
    otherwise: "no guard of a dependency holds",
    example: "[\"nginx.no_default_server\"]",
    ..EMPTY
}];

/// The keys of an entry of `[dependencies]`.
pub const DEPENDENCY: [Key; 7] = [
    Key {
        instead: &["git", "url"],
        ..text(
            "path",
            Text::Path,
            "The folder of the package, seen from this one. It is not copied: what is there counts.",
            "\"../nginx\"",
        )
    },
    Key {
        instead: &["path", "url"],
        ..text(
            "git",
            Text::Address,
            "The git repository of the package: an address that begins with `https://`, `ssh://` or `file://`. `mcc vendor` \
             fetches it.",
            "\"https://git.example.org/nginx.git\"",
        )
    },
    Key {
        beside: &["git"],
        ..text(
            "rev",
            Text::Commit,
            "The commit: its whole id, 40 hexadecimal digits or 64. Branches and tags can change what they mean.",
            "\"0123456789abcdef0123456789abcdef01234567\"",
        )
    },
    Key {
        instead: &["path", "git"],
        ..text(
            "url",
            Text::Address,
            "The archive of the package, a `.tar` or `.tar.gz`: an address that begins with `https://` or `file://`. \
             `mcc vendor` fetches it.",
            "\"https://example.org/nginx-1.0.tar.gz\"",
        )
    },
    Key {
        beside: &["url"],
        ..text(
            "sha256",
            Text::Digest,
            "The digest of the archive, 64 hexadecimal digits: `sha256sum FILE`.",
            "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"",
        )
    },
    Key {
        beside: &["git", "url"],
        otherwise: "the root of what is fetched",
        ..text("folder", Text::Folder, "The package's folder in what is fetched.", "\"packages/nginx\"")
    },
    Key {
        name: "allow",
        holds: Holds::Bounds,
        about: "What the dependency may do on hosts, whatever version of it comes later. By kind a list of texts, each with a \
                `*` at its end or without; `true` for anything, `false` for nothing. What is left out is not allowed, but for \
                the `types` of the standard library. What goes beyond is an error.",
        otherwise: "anything is allowed",
        example: "{ fs.write = [\"/etc/nginx/*\"] }",
        ..EMPTY
    },
];

/// The kinds of what a package can do that are no effects of resource types, with what is listed.
pub const ABILITIES: [(&str, &str); 4] = [
    ("force", "The attributes that it sets with `force`."),
    (
        "refresh",
        "The resources that it notifies and does not declare: type and key, `std.svc.Service nginx`.",
    ),
    ("secrets", "The secrets that it names."),
    ("types", "The resource types that it declares. Left out, those of the standard library are allowed."),
];

const EMPTY: Key = Key {
    name: "",
    holds: Holds::Text(Text::Line),
    is_required: false,
    about: "",
    otherwise: "",
    example: "",
    beside: &[],
    instead: &[],
};

const fn table(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { name, holds, about, ..EMPTY }
}

const fn text(name: &'static str, means: Text, about: &'static str, example: &'static str) -> Key {
    Key { name, holds: Holds::Text(means), about, example, ..EMPTY }
}

/// The names of keys, in their order.
pub(super) const fn names<const N: usize>(keys: &[Key; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = keys[at].name;
        at += 1;
    }
    names
}
