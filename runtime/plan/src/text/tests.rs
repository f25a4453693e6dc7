//! What is accepted and what is said about the rest.

use proptest::prelude::*;

use super::*;

/// The message for each text, or `ok`.
fn check(kind: TextKind, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let got = match kind.check(text) {
            Ok(()) => "ok".to_owned(),
            Err(error) => {
                if let Some(at) = &error.at {
                    assert!(text.get(at.clone()).is_some(), "{text}: {at:?} is no range of it");
                }
                let hint = error.suggestion.map(|text| format!(" -> {text}")).unwrap_or_default();
                format!("{}{hint}", error.reason)
            }
        };
        assert_eq!(&got, expected, "{} of {text:?}", kind.name());
    }
}

#[test]
fn absolute_paths() {
    check(
        TextKind::AbsPath,
        &[
            ("/", "ok"),
            ("/etc/x", "ok"),
            ("/etc/ä b/...", "ok"),
            ("", "it is empty"),
            ("etc", "it does not start with `/` -> /etc"),
            ("/etc//x", "it holds `//` -> /etc/x"),
            ("//", "it holds `//` -> /"),
            ("/etc/", "it ends with `/` -> /etc"),
            ("/etc/./x/", "it holds the segment `.` -> /etc/x"),
            ("/etc/../x", "it holds the segment `..`"),
            ("/a\0b", "it holds a NUL character"),
        ],
    );
    let long = format!("/{}", "a".repeat(256));
    assert!(TextKind::AbsPath.check(&long).unwrap_err().reason.contains("at most 255"));
    let longer = "/abc".repeat(1024);
    assert!(TextKind::AbsPath.check(&longer).unwrap_err().reason.contains("at most 4095"));
    assert_eq!(TextKind::AbsPath.check("/etc//x").unwrap_err().at, Some(4..6));
    assert_eq!(TextKind::AbsPath.check("/etc/..").unwrap_err().at, Some(5..7));
}

#[test]
fn relative_paths() {
    check(
        TextKind::RelPath,
        &[
            ("a", "ok"),
            ("a/b.c", "ok"),
            ("/a", "it starts with `/` -> a"),
            ("./a", "it holds the segment `.` -> a"),
            ("a/../../b", "it holds the segment `..`"),
            ("a/", "it ends with `/` -> a"),
            (".", "it holds the segment `.`"),
        ],
    );
}

#[test]
fn host_names() {
    check(
        TextKind::HostName,
        &[
            ("web1", "ok"),
            ("web1.example.com", "ok"),
            ("WEB", "ok"),
            ("3com.example", "ok"),
            ("web1.", "it ends with a dot -> web1"),
            ("a..b", "it has an empty label"),
            ("a_b", "`_` is neither a letter of a-z, a digit nor a hyphen"),
            ("a b", "a space is neither a letter of a-z, a digit nor a hyphen"),
            ("-a", "the label `-a` starts or ends with a hyphen"),
            ("10.0.0.1", "it is an address"),
            ("é.example", "`é` is neither a letter of a-z, a digit nor a hyphen"),
        ],
    );
    assert!(TextKind::HostName.check(&"a".repeat(64)).is_err());
    assert!(TextKind::HostName.check(&["abc"; 64].join(".")).unwrap_err().reason.contains("at most 253"));
}

#[test]
fn addresses() {
    check(
        TextKind::IpAddr,
        &[
            ("10.0.0.1", "ok"),
            ("::1", "ok"),
            ("2001:db8::1", "ok"),
            ("::ffff:10.0.0.1", "ok"),
            ("2001:DB8::1", "it is not in the form of RFC 5952 -> 2001:db8::1"),
            ("0:0:0:0:0:0:0:1", "it is not in the form of RFC 5952 -> ::1"),
            ("10.0.0.01", "it is neither four numbers from 0 to 255 nor an IPv6 address"),
            ("10.0.0.256", "it is neither four numbers from 0 to 255 nor an IPv6 address"),
            ("fe80::1%eth0", "an address here has no zone"),
            ("10.0.0.0/8", "it has a prefix length, that is a Cidr"),
        ],
    );
    check(
        TextKind::Cidr,
        &[
            ("10.0.0.0/8", "ok"),
            ("10.0.0.5/32", "ok"),
            ("::/0", "ok"),
            ("2001:db8::/128", "ok"),
            ("10.0.0.0", "it has no `/` and prefix length"),
            ("10.0.0.0/33", "the prefix length is not a number from 0 to 32"),
            ("10.0.0.0/08", "the prefix length is not a number from 0 to 32"),
            ("10.0.0.0/", "the prefix length is not a number from 0 to 32"),
            ("::/129", "the prefix length is not a number from 0 to 128"),
            ("10.0/8", "of the address, it is neither four numbers from 0 to 255 nor an IPv6 address"),
            ("FE80::/64", "of the address, it is not in the form of RFC 5952 -> fe80::/64"),
        ],
    );
}

#[test]
fn urls() {
    check(
        TextKind::Url,
        &[
            ("https://example.com", "ok"),
            ("http://u@example.com:8080/a%20b?c=d#e", "ok"),
            ("http://[::1]:80/", "ok"),
            ("http://10.0.0.1/", "ok"),
            ("example.com", "it does not start with a scheme and `://`"),
            ("1http://x", "`1http` is no scheme"),
            ("file:///etc", "it has no host"),
            ("http://a b/", "a space has to be percent-encoded"),
            ("http://a/%2", "a `%` is not followed by two hexadecimal digits"),
            ("http://a:99999/", "the port is not a number from 0 to 65535"),
            ("http://[::g]/", "of the host, it is no IPv6 address"),
            ("http://[::1", "`[` is not closed"),
            ("http://a_b/", "of the host, `_` is neither a letter of a-z, a digit nor a hyphen"),
            ("http://[::1]x/", "the port is not a number from 0 to 65535"),
        ],
    );
}

#[test]
fn accounts_packages_units() {
    check(
        TextKind::UserName,
        &[
            ("www-data", "ok"),
            ("_apt", "ok"),
            ("Jane.Doe", "ok"),
            ("pc$", "ok"),
            ("$", "it is only a `$`"),
            ("-x", "it starts with a hyphen"),
            ("1000", "digits alone are a user's number, not its name"),
            ("a:b", "`:` is neither a letter of a-z, a digit, `_`, `.` nor `-`"),
            ("..", "it is the name of a directory entry"),
        ],
    );
    check(TextKind::GroupName, &[("0", "digits alone are a group's number, not its name"), ("adm", "ok")]);
    assert!(TextKind::UserName.check(&"a".repeat(32)).is_ok());
    assert!(TextKind::UserName.check(&"a".repeat(33)).is_err());
    check(
        TextKind::PackageName,
        &[
            ("nginx", "ok"),
            ("g++", "ok"),
            ("libstdc++6", "ok"),
            ("0ad", "ok"),
            ("x", "it has one character, and a package's name has at least two"),
            ("Nginx", "`N` is an upper-case letter -> nginx"),
            ("a_b", "`_` is neither a letter of a-z, a digit, `+`, `-` nor `.`"),
            ("-a", "it does not start with a letter or digit"),
            ("libc6:amd64", "`:` is neither a letter of a-z, a digit, `+`, `-` nor `.`"),
        ],
    );
    check(
        TextKind::UnitName,
        &[
            ("nginx", "ok"),
            ("php8.2-fpm", "ok"),
            ("getty@tty1", "ok"),
            ("apt-daily.timer", "ok"),
            ("dev-disk-by\\x2duuid.device", "ok"),
            ("nginx.service", "a service is named without `.service` -> nginx"),
            ("getty@", "it names a template, not one of its instances"),
            ("@x", "there is no name before the `@`"),
            (".timer", "it has only a suffix"),
            ("a/b", "`/` is neither a letter of a-z, a digit nor one of `:`, `_`, `.`, `-`, `\\`, `@`"),
        ],
    );
}

#[test]
fn versions() {
    check(
        TextKind::Version,
        &[
            ("1", "ok"),
            ("1.10", "ok"),
            ("24.04", "ok"),
            ("1.2.3-rc.1+build.5", "ok"),
            ("6.1.0-18-amd64", "ok"),
            ("1.0+x-y", "ok"),
            ("v1.2", "it starts with a letter -> 1.2"),
            ("1.1.1w", "`w` follows a number directly -> 1.1.1-w"),
            ("1..2", "a number is missing"),
            ("1.", "a number is missing"),
            (".1", "a number is missing"),
            ("x", "`x` is no number"),
            ("1.0-", "a part of its pre-release is empty"),
            ("1.0-a..b", "a part of its pre-release is empty"),
            ("1.0+", "a part of its build is empty"),
            ("1.0+a+b", "it has two plus signs"),
            ("1:2.36-9", "an epoch (`1:`) belongs to the versions of packages, which are plain strings"),
            ("1.0~rc1", "`~` belongs to the versions of packages, which are plain strings"),
            ("1 0", "a space is neither a letter of a-z, a digit, `.`, `-` nor `+`"),
            ("1234567890123456789", "a number has 19 digits, at most 18 will do"),
            ("1-1234567890123456789", "a number has 19 digits, at most 18 will do"),
        ],
    );
}

#[test]
fn regular_expressions() {
    let deep = "(".repeat(60) + &")".repeat(60);
    check(
        TextKind::Regex,
        &[
            ("^a+$", "ok"),
            (r"(?i)\bx{2,3}(?P<rest>.*)", "ok"),
            ("(", "it has open group without closing ')'"),
            ("(?=x)", "it looks around (`(?=`, `(?!`, `(?<=`, `(?<!`), which cannot be done in linear time"),
            (r"\1", "of it, the engine says: backreferences are not supported"),
            ("(a{1000}){1000}", "it is too large: compiled it takes more than 64 KiB"),
            (&deep, "of it, the engine says: pattern has too much nesting"),
        ],
    );
}

/// A search takes time in proportion to the text, whatever the expression: this one takes a backtracking engine
/// 2^4000 steps.
#[test]
fn searches_are_linear() {
    let text = "a".repeat(4000) + "!";
    assert_eq!(regex::with("^(a+)+$", |regex| regex.is_match(&text)), Ok(false));
}

#[test]
fn mail_addresses() {
    check(
        TextKind::Email,
        &[
            ("root@example.com", "ok"),
            ("first.last+tag@mail.example.com", "ok"),
            ("a@localhost", "ok"),
            ("example.com", "it has no `@`"),
            ("@example.com", "there is nothing before the `@`"),
            ("a@", "there is nothing after the `@`"),
            ("a b@example.com", "a space does not stand before an `@`"),
            (".a@example.com", "the part before the `@` starts or ends with a dot, or has two in a row"),
            ("a..b@example.com", "the part before the `@` starts or ends with a dot, or has two in a row"),
            ("a@-x.com", "of the domain, the label `-x` starts or ends with a hyphen"),
            ("a@1.2.3.4", "of the domain, it is an address"),
        ],
    );
}

#[test]
fn names_and_messages() {
    for kind in TextKind::ALL {
        assert_eq!(TextKind::from_name(kind.name()), Some(kind));
        assert!(kind.check("").is_err());
    }
    assert_eq!(TextKind::from_name("String"), None);
    let error = TextKind::AbsPath.check("/etc//x").unwrap_err();
    assert_eq!(error.to_string(), "`/etc//x` is not an AbsPath: it holds `//`; write `/etc/x`");
    let error = TextKind::UserName.check("a\nb").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a\\nb` is not a UserName: the character U+000A is neither a letter of a-z, a digit, `_`, `.` nor `-`"
    );
    let error = TextKind::HostName.check(&"é".repeat(4000)).unwrap_err();
    assert!(error.to_string().chars().count() < 300);
}

fn kinds() -> impl Strategy<Value = TextKind> {
    proptest::sample::select(TextKind::ALL.to_vec())
}

/// Texts that are near to what is accepted.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z0-9./:@_$ -]{0,24}",
        "/([a-z.]{0,3}/){0,5}[a-z.]{0,3}",
        "[a-z]{1,6}://[a-z0-9.@:\\[\\]-]{0,12}/?[a-z%?#]{0,6}",
        "[0-9a-fA-F:.]{1,20}(/[0-9]{1,3})?",
        "v?[0-9.]{0,8}[a-z]{0,2}(-[0-9a-z.]{0,6})?([+][0-9a-z.]{0,6})?",
        "[a-z.é]{0,6}@{0,2}[a-z.-]{0,8}",
        "[a-z()\\[\\]*+?{},0-9|^$\\\\]{0,12}",
    ]
}

proptest! {
    /// A range lies in the text, a suggestion is accepted and differs.
    #[test]
    fn errors_are_usable(kind in kinds(), text in texts()) {
        if let Err(error) = kind.check(&text) {
            prop_assert!(!error.reason.is_empty());
            if let Some(at) = error.at {
                prop_assert!(text.get(at).is_some());
            }
            if let Some(suggestion) = error.suggestion {
                prop_assert!(kind.check(&suggestion).is_ok());
                prop_assert_ne!(suggestion, text);
            }
        }
    }

    /// An accepted path has only real segments and is what joining them gives.
    #[test]
    fn accepted_paths_are_normal(text in "/?([a-z.]{0,3}/){0,5}[a-z.]{0,3}") {
        if TextKind::AbsPath.check(&text).is_ok() && text != "/" {
            let parts: Vec<&str> = text[1..].split('/').collect();
            prop_assert!(parts.iter().all(|part| !matches!(*part, "" | "." | "..")));
            prop_assert!(TextKind::RelPath.check(&text[1..]).is_ok());
        } else {
            prop_assert!(text == "/" || !text.starts_with('/') || text.contains("//") || text.ends_with('/')
                || text.split('/').any(|part| matches!(part, "." | "..")));
        }
    }

    /// An accepted address is its own canonical text.
    #[test]
    fn accepted_addresses_are_canonical(bits in any::<u128>()) {
        let address = Ipv6Addr::from(bits).to_string();
        prop_assert!(TextKind::IpAddr.check(&address).is_ok());
        prop_assert!(TextKind::IpAddr.check(&address.to_uppercase()).is_ok() == (address.to_uppercase() == address));
    }
}
