//! The checked string types: what a text must look like to be one, and what is wrong with it when it is not.
//!
//! Nothing is normalised silently. Where two spellings would mean the same thing, one of them is refused and
//! the other suggested, so that equal things are equal texts: a key is compared byte by byte.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::value::TextKind;

mod email;
pub(crate) mod regex;
pub(crate) mod version;

/// Why a text is not of a checked string type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not {}: {reason}{}", shown(.text), .kind.with_article(), hint(.suggestion.as_deref()))]
pub struct TextError {
    /// The type that was wanted.
    pub kind: TextKind,
    /// The text.
    pub text: String,
    /// What is wrong with it, as a clause: "it does not start with `/`".
    pub reason: String,
    /// The bytes of `text` that are wrong, where only a part of it is.
    pub at: Option<Range<usize>>,
    /// A text of the type that was probably meant.
    pub suggestion: Option<String>,
}

/// The longest text that is quoted whole in a message, in characters.
const SHOWN: usize = 120;

fn shown(text: &str) -> String {
    if text.is_empty() { "the empty text".to_owned() } else { quoted(text, SHOWN) }
}

/// A text for a message: at most so many characters of it, and without what a terminal would act on.
pub(crate) fn quoted(text: &str, most: usize) -> String {
    let mut out = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == most {
            out.push_str("..");
            break;
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out.push('`');
    out
}

fn hint(suggestion: Option<&str>) -> String {
    suggestion.map(|text| format!("; write `{text}`")).unwrap_or_default()
}

/// What is wrong, before the text and its type are added.
struct Flaw {
    reason: String,
    at: Option<Range<usize>>,
    suggestion: Option<String>,
}

impl Flaw {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), at: None, suggestion: None }
    }

    fn at(mut self, range: Range<usize>) -> Self {
        self.at = Some(range);
        self
    }

    /// Suggests a text if it would be accepted.
    fn suggest(mut self, kind: TextKind, text: String) -> Self {
        if scan(kind, &text).is_ok() {
            self.suggestion = Some(text);
        }
        self
    }
}

impl TextKind {
    /// All of them, in the order of their codes in plans.
    pub const ALL: [Self; 13] = [
        Self::AbsPath,
        Self::RelPath,
        Self::HostName,
        Self::IpAddr,
        Self::Cidr,
        Self::Url,
        Self::UserName,
        Self::GroupName,
        Self::PackageName,
        Self::UnitName,
        Self::Version,
        Self::Regex,
        Self::Email,
    ];

    /// The type's name in sources: `AbsPath`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AbsPath => "AbsPath",
            Self::RelPath => "RelPath",
            Self::HostName => "HostName",
            Self::IpAddr => "IpAddr",
            Self::Cidr => "Cidr",
            Self::Url => "Url",
            Self::UserName => "UserName",
            Self::GroupName => "GroupName",
            Self::PackageName => "PackageName",
            Self::UnitName => "UnitName",
            Self::Version => "Version",
            Self::Regex => "Regex",
            Self::Email => "Email",
        }
    }

    /// The type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What is wrong with a text that is not of this type, without the text.
    #[must_use]
    pub const fn problem(self) -> &'static str {
        match self {
            Self::AbsPath => "a text is not an AbsPath",
            Self::RelPath => "a text is not a RelPath",
            Self::HostName => "a text is not a HostName",
            Self::IpAddr => "a text is not an IpAddr",
            Self::Cidr => "a text is not a Cidr",
            Self::Url => "a text is not a Url",
            Self::UserName => "a text is not a UserName",
            Self::GroupName => "a text is not a GroupName",
            Self::PackageName => "a text is not a PackageName",
            Self::UnitName => "a text is not a UnitName",
            Self::Version => "a text is not a Version",
            Self::Regex => "a text is not a Regex",
            Self::Email => "a text is not an Email",
        }
    }

    fn with_article(self) -> String {
        let article = match self {
            Self::AbsPath | Self::IpAddr | Self::Email => "an",
            _ => "a",
        };
        format!("{article} {}", self.name())
    }

    /// Whether `text` is of this type.
    ///
    /// # Errors
    /// What is wrong with it and where.
    pub fn check(self, text: &str) -> Result<(), TextError> {
        scan(self, text).map_err(|flaw| TextError {
            kind: self,
            text: text.to_owned(),
            reason: flaw.reason,
            at: flaw.at,
            suggestion: flaw.suggestion,
        })
    }
}

fn scan(kind: TextKind, text: &str) -> Result<(), Flaw> {
    if text.is_empty() {
        return Err(Flaw::new("it is empty"));
    }
    match kind {
        TextKind::AbsPath => abs_path(text),
        TextKind::RelPath => rel_path(text),
        TextKind::HostName => host_name(text),
        TextKind::IpAddr => ip_addr(text).map(|_| ()),
        TextKind::Cidr => cidr(text),
        TextKind::Url => url(text),
        TextKind::UserName => account(text, kind),
        TextKind::GroupName => account(text, kind),
        TextKind::PackageName => package(text),
        TextKind::UnitName => unit(text),
        TextKind::Version => version::scan(text),
        TextKind::Regex => regex::scan(text),
        TextKind::Email => email::scan(text),
    }
}

/// The longest path that a system call takes, without its NUL.
const PATH_MAX: usize = 4095;
/// The longest name in a directory.
const NAME_MAX: usize = 255;

fn abs_path(text: &str) -> Result<(), Flaw> {
    const KIND: TextKind = TextKind::AbsPath;
    let Some(rest) = text.strip_prefix('/') else {
        return Err(Flaw::new("it does not start with `/`").suggest(KIND, format!("/{text}")));
    };
    if rest.is_empty() {
        return Ok(());
    }
    path_segments(KIND, text, 1)
}

fn rel_path(text: &str) -> Result<(), Flaw> {
    const KIND: TextKind = TextKind::RelPath;
    if text.starts_with('/') {
        return Err(Flaw::new("it starts with `/`")
            .at(0..1)
            .suggest(KIND, text.trim_start_matches('/').to_owned()));
    }
    path_segments(KIND, text, 0)
}

fn path_segments(kind: TextKind, text: &str, start: usize) -> Result<(), Flaw> {
    if let Some(at) = text.find('\0') {
        return Err(Flaw::new("it holds a NUL character").at(at..at + 1));
    }
    if text.len() > PATH_MAX {
        return Err(Flaw::new(format!("it has {} bytes, and a path has at most {PATH_MAX}", text.len())));
    }
    let mut at = start;
    for segment in text[start..].split('/') {
        let range = at..at + segment.len();
        at = range.end + 1;
        let flaw = match segment {
            "" if range.start == text.len() => Flaw::new("it ends with `/`").at(text.len() - 1..text.len()),
            "" => Flaw::new("it holds `//`").at(range.start - 1..range.start + 1),
            "." => Flaw::new("it holds the segment `.`").at(range),
            // Not resolved in the suggestion: what `..` means depends on links that only the host knows.
            ".." => return Err(Flaw::new("it holds the segment `..`").at(range)),
            _ if segment.len() > NAME_MAX => {
                return Err(Flaw::new(format!(
                    "the segment that starts with `{}` has {} bytes, and a name has at most {NAME_MAX}",
                    segment.chars().take(16).collect::<String>(),
                    segment.len()
                ))
                .at(range));
            }
            _ => continue,
        };
        return Err(flaw.suggest(kind, normal_path(text)));
    }
    Ok(())
}

/// Without empty and `.` segments. Only called for texts that have one, so the suggestion differs.
fn normal_path(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.starts_with('/') {
        out.push('/');
    }
    for segment in text.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
        if !out.is_empty() && !out.ends_with('/') {
            out.push('/');
        }
        out.push_str(segment);
    }
    out
}

fn host_name(text: &str) -> Result<(), Flaw> {
    const KIND: TextKind = TextKind::HostName;
    if text.len() > 253 {
        return Err(Flaw::new(format!("it has {} bytes, and a host name has at most 253", text.len())));
    }
    if text.parse::<Ipv4Addr>().is_ok() {
        return Err(Flaw::new("it is an address"));
    }
    let mut at = 0;
    for label in text.split('.') {
        let range = at..at + label.len();
        at = range.end + 1;
        if label.is_empty() {
            return Err(if range.start == text.len() {
                Flaw::new("it ends with a dot")
                    .at(text.len() - 1..text.len())
                    .suggest(KIND, text.trim_end_matches('.').to_owned())
            } else {
                Flaw::new("it has an empty label").at(range.start..range.start + 1)
            });
        }
        if label.len() > 63 {
            return Err(Flaw::new(format!(
                "the label `{label}` has {} bytes, at most 63 will do",
                label.len()
            ))
            .at(range));
        }
        if let Some((offset, c)) = label.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '-')
        {
            let from = range.start + offset;
            return Err(Flaw::new(format!(
                "{} is neither a letter of a-z, a digit nor a hyphen",
                character(c)
            ))
            .at(from..from + c.len_utf8()));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(Flaw::new(format!("the label `{label}` starts or ends with a hyphen")).at(range));
        }
    }
    Ok(())
}

/// The prefix length's bound: 32 or 128.
fn ip_addr(text: &str) -> Result<u8, Flaw> {
    const KIND: TextKind = TextKind::IpAddr;
    if text.parse::<Ipv4Addr>().is_ok() {
        // The parser takes four decimal numbers without leading zeros: one spelling per address.
        return Ok(32);
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        let normal = address.to_string();
        if normal == text {
            return Ok(128);
        }
        return Err(Flaw::new("it is not in the form of RFC 5952").suggest(KIND, normal));
    }
    Err(Flaw::new(if text.contains('%') {
        "an address here has no zone"
    } else if text.contains(':') {
        "it is no IPv6 address"
    } else if text.contains('/') {
        "it has a prefix length, that is a Cidr"
    } else {
        "it is neither four numbers from 0 to 255 nor an IPv6 address"
    }))
}

fn cidr(text: &str) -> Result<(), Flaw> {
    let Some((address, prefix)) = text.split_once('/') else {
        return Err(Flaw::new("it has no `/` and prefix length"));
    };
    let most = ip_addr(address).map_err(|flaw| {
        let suggestion = flaw.suggestion.map(|normal| format!("{normal}/{prefix}"));
        let flaw = Flaw::new(format!("of the address, {}", flaw.reason)).at(0..address.len());
        match suggestion {
            Some(text) => flaw.suggest(TextKind::Cidr, text),
            None => flaw,
        }
    })?;
    let digits = !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit());
    let fits = digits
        && (prefix == "0" || !prefix.starts_with('0'))
        && prefix.parse::<u8>().is_ok_and(|length| length <= most);
    if fits {
        Ok(())
    } else {
        Err(Flaw::new(format!("the prefix length is not a number from 0 to {most}"))
            .at(address.len() + 1..text.len()))
    }
}

fn url(text: &str) -> Result<(), Flaw> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(Flaw::new("it does not start with a scheme and `://`"));
    };
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !fits {
        return Err(Flaw::new(format!("`{scheme}` is no scheme")).at(0..scheme.len()));
    }
    url_characters(text)?;
    let start = scheme.len() + 3;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let (user, host_port) = authority.rsplit_once('@').unwrap_or(("", authority));
    let start = start + if user.is_empty() { 0 } else { user.len() + 1 };
    let (host, port) = if host_port.starts_with('[') {
        match host_port.find(']') {
            Some(end) => (&host_port[..=end], &host_port[end + 1..]),
            None => return Err(Flaw::new("`[` is not closed").at(start..start + 1)),
        }
    } else {
        host_port.split_at(host_port.find(':').unwrap_or(host_port.len()))
    };
    if host.is_empty() {
        return Err(Flaw::new("it has no host"));
    }
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let checked = match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().map(|_| ()).map_err(|_| "it is no IPv6 address".into()),
        None if host.parse::<Ipv4Addr>().is_ok() => Ok(()),
        None => host_name(host).map_err(|flaw| flaw.reason),
    };
    if let Err(reason) = checked {
        return Err(Flaw::new(format!("of the host, {reason}")).at(start..start + host.len()));
    }
    let fits = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => {
            digits.len() <= 5
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.parse::<u16>().is_ok()
        }
    };
    if fits {
        Ok(())
    } else {
        let from = start + host.len();
        Err(Flaw::new("the port is not a number from 0 to 65535").at(from..from + port.len()))
    }
}

/// RFC 3986: unreserved and reserved characters, and percent triplets.
fn url_characters(text: &str) -> Result<(), Flaw> {
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        if c == '%' {
            let digits = bytes.get(at + 1..at + 3);
            if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                return Err(Flaw::new("a `%` is not followed by two hexadecimal digits").at(at..at + 1));
            }
        } else if !(c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=".contains(c)) {
            return Err(
                Flaw::new(format!("{} has to be percent-encoded", character(c))).at(at..at + c.len_utf8())
            );
        }
    }
    Ok(())
}

/// The rule of shadow's `useradd` and `groupadd`: letters, digits, `_`, `.`, `-`, at most 32 of them, not
/// starting with a hyphen, not digits alone, perhaps a `$` at the end.
fn account(text: &str, kind: TextKind) -> Result<(), Flaw> {
    let name = text.strip_suffix('$').unwrap_or(text);
    if let Some((at, c)) =
        name.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'))
    {
        let reason = format!("{} is neither a letter of a-z, a digit, `_`, `.` nor `-`", character(c));
        return Err(Flaw::new(reason).at(at..at + c.len_utf8()));
    }
    if name.is_empty() {
        return Err(Flaw::new("it is only a `$`"));
    }
    if name.starts_with('-') {
        return Err(Flaw::new("it starts with a hyphen").at(0..1));
    }
    if matches!(name, "." | "..") {
        return Err(Flaw::new("it is the name of a directory entry"));
    }
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = if kind == TextKind::GroupName { "group" } else { "user" };
        return Err(Flaw::new(format!("digits alone are a {number}'s number, not its name")));
    }
    if text.len() > 32 {
        return Err(Flaw::new(format!("it has {} characters, and a name has at most 32", text.len())));
    }
    Ok(())
}

fn package(text: &str) -> Result<(), Flaw> {
    const KIND: TextKind = TextKind::PackageName;
    if let Some((at, c)) = text
        .char_indices()
        .find(|(_, c)| !c.is_ascii_lowercase() && !c.is_ascii_digit() && !matches!(c, '+' | '-' | '.'))
    {
        let range = at..at + c.len_utf8();
        if c.is_ascii_uppercase() {
            let reason = format!("{} is an upper-case letter", character(c));
            return Err(Flaw::new(reason).at(range).suggest(KIND, text.to_ascii_lowercase()));
        }
        let reason = format!("{} is neither a letter of a-z, a digit, `+`, `-` nor `.`", character(c));
        return Err(Flaw::new(reason).at(range));
    }
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(Flaw::new("it does not start with a letter or digit").at(0..1));
    }
    if text.len() < 2 {
        return Err(Flaw::new("it has one character, and a package's name has at least two"));
    }
    if text.len() > NAME_MAX {
        return Err(Flaw::new(format!("it has {} characters, at most {NAME_MAX} will do", text.len())));
    }
    Ok(())
}

/// What a unit's name may end with. `.service` is not among them: a name without a suffix is a service.
const UNIT_SUFFIXES: [&str; 10] =
    [".socket", ".device", ".mount", ".automount", ".swap", ".target", ".path", ".timer", ".slice", ".scope"];

fn unit(text: &str) -> Result<(), Flaw> {
    const KIND: TextKind = TextKind::UnitName;
    if let Some((at, c)) = text
        .char_indices()
        .find(|(_, c)| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '_' | '.' | '-' | '\\' | '@'))
    {
        let reason = format!(
            "{} is neither a letter of a-z, a digit nor one of `:`, `_`, `.`, `-`, `\\`, `@`",
            character(c)
        );
        return Err(Flaw::new(reason).at(at..at + c.len_utf8()));
    }
    let full = text.len() + if UNIT_SUFFIXES.iter().any(|suffix| text.ends_with(suffix)) { 0 } else { 8 };
    if full > NAME_MAX {
        return Err(Flaw::new(format!("with its suffix it has {full} bytes, at most {NAME_MAX} will do")));
    }
    if let Some(name) = text.strip_suffix(".service") {
        return Err(Flaw::new("a service is named without `.service`")
            .at(name.len()..text.len())
            .suggest(KIND, name.to_owned()));
    }
    let name = UNIT_SUFFIXES.iter().find_map(|suffix| text.strip_suffix(suffix)).unwrap_or(text);
    if name.is_empty() {
        return Err(Flaw::new("it has only a suffix"));
    }
    if name.starts_with('@') {
        return Err(Flaw::new("there is no name before the `@`").at(0..1));
    }
    if name.ends_with('@') && name.matches('@').count() == 1 {
        return Err(Flaw::new("it names a template, not one of its instances").at(name.len() - 1..name.len()));
    }
    if name.starts_with('.') {
        return Err(Flaw::new("it starts with a dot").at(0..1));
    }
    Ok(())
}

/// A character for a message; one that does not print by its code point.
fn character(c: char) -> String {
    if c == ' ' {
        "a space".to_owned()
    } else if c.is_control() || c.is_whitespace() {
        format!("the character U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}

#[cfg(test)]
mod tests;
