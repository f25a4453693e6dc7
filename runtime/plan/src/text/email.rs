//! Addresses of mailboxes.

use super::{Flaw, character};

/// The longest address that a mail server takes (RFC 5321, as corrected).
const MOST: usize = 254;

/// `USER@DOMAIN`: the user is a dot-atom of RFC 5322 of at most 64 bytes, the domain a host name. Quoted
/// users, comments and literal addresses are not used.
pub(super) fn scan(text: &str) -> Result<(), Flaw> {
    if text.len() > MOST {
        return Err(Flaw::new(format!("it has {} bytes, and an address has at most {MOST}", text.len())));
    }
    let Some((user, domain)) = text.rsplit_once('@') else {
        return Err(Flaw::new("it has no `@`"));
    };
    if user.is_empty() {
        return Err(Flaw::new("there is nothing before the `@`").at(0..1));
    }
    if user.len() > 64 {
        let reason = format!("the part before the `@` has {} bytes, at most 64 will do", user.len());
        return Err(Flaw::new(reason).at(0..user.len()));
    }
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if let Some((at, c)) = user.char_indices().find(|(_, c)| !atom(*c)) {
        let reason = format!("{} does not stand before an `@`", character(c));
        return Err(Flaw::new(reason).at(at..at + c.len_utf8()));
    }
    if user.starts_with('.') || user.ends_with('.') || user.contains("..") {
        let reason = "the part before the `@` starts or ends with a dot, or has two in a row";
        return Err(Flaw::new(reason).at(0..user.len()));
    }
    let from = user.len() + 1;
    if domain.is_empty() {
        return Err(Flaw::new("there is nothing after the `@`").at(user.len()..from));
    }
    super::host_name(domain).map_err(|flaw| {
        let range = flaw.at.map_or(from..text.len(), |range| range.start + from..range.end + from);
        Flaw::new(format!("of the domain, {}", flaw.reason)).at(range)
    })
}
