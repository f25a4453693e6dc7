//! Where a machine is.

use std::fmt;
use std::str::FromStr;

/// Where to log in. What is not set is up to the operator's ssh configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    address: String,
    port: Option<u16>,
    user: Option<String>,
}

/// A target that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not a name or address.
    #[error("`{0}` is not a host name, an address or a name from the ssh configuration")]
    Address(String),
    /// Not a login name.
    #[error("`{0}` is not a login name")]
    User(String),
    /// Not a port.
    #[error("`{0}` is not a port")]
    Port(String),
}

impl Target {
    /// # Errors
    /// Names that could be taken for an option, or with characters that have a meaning to a shell.
    pub fn new(address: String, port: Option<u16>, user: Option<String>) -> Result<Self, TargetError> {
        if !named(&address, b"._-:%") {
            return Err(TargetError::Address(address));
        }
        if let Some(user) = user.as_deref().filter(|user| !named(user, b"._-@+\\")) {
            return Err(TargetError::User(user.to_owned()));
        }
        if port == Some(0) {
            return Err(TargetError::Port("0".to_owned()));
        }
        Ok(Self { address, port, user })
    }

    /// Name or address, without brackets.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The port, if it is set.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The login, if it is set.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

fn named(name: &str, also: &[u8]) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || also.contains(&byte);
    !name.is_empty() && name.len() <= 255 && !name.starts_with('-') && name.bytes().all(fits)
}

/// `[USER@]NAME[:PORT]`; an IPv6 address with a port stands in brackets.
impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user.to_owned()), rest),
            None => (None, text),
        };
        let (address, port) = if let Some(inner) = rest.strip_prefix('[') {
            let (address, port) =
                inner.split_once(']').ok_or_else(|| TargetError::Address(rest.to_owned()))?;
            let port = match port.strip_prefix(':') {
                Some(port) => Some(port),
                None if port.is_empty() => None,
                None => return Err(TargetError::Address(rest.to_owned())),
            };
            (address, port)
        } else {
            match rest.split_once(':') {
                // More than one colon: an IPv6 address.
                Some((_, port)) if port.contains(':') => (rest, None),
                Some((address, port)) => (address, Some(port)),
                None => (rest, None),
            }
        };
        let port =
            port.map(|port| port.parse().map_err(|_| TargetError::Port(port.to_owned()))).transpose()?;
        Self::new(address.to_owned(), port, user)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match self.port {
            Some(port) if self.address.contains(':') => write!(f, "[{}]:{port}", self.address),
            Some(port) => write!(f, "{}:{port}", self.address),
            None => f.write_str(&self.address),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn parts(text: &str) -> (Option<String>, String, Option<u16>) {
        let target: Target = text.parse().unwrap();
        assert_eq!(target.to_string().parse(), Ok(target.clone()));
        (target.user, target.address, target.port)
    }

    #[test]
    fn targets_have_three_parts() {
        let parts = |text| {
            let (user, address, port) = parts(text);
            format!(
                "{} {address} {}",
                user.unwrap_or_default(),
                port.map_or(String::new(), |p| p.to_string())
            )
        };
        assert_eq!(parts("web1"), " web1 ");
        assert_eq!(parts("root@web1.example.com:2222"), "root web1.example.com 2222");
        assert_eq!(parts("ann@example.com@10.77.0.11"), "ann@example.com 10.77.0.11 ");
        assert_eq!(parts("fe80::1%eth0"), " fe80::1%eth0 ");
        assert_eq!(parts("root@[2001:db8::1]:22"), "root 2001:db8::1 22");
        assert_eq!(parts("[2001:db8::1]"), " 2001:db8::1 ");
    }

    #[test]
    fn what_could_be_an_option_or_a_command_is_no_target() {
        for text in [
            "",
            "-oProxyCommand=x",
            "root@-x",
            "-x@web1",
            "@web1",
            "web1:",
            "web1:0",
            "web1:65536",
            "web1:a",
            "web 1",
            "web1;id",
            "$(id)",
            "`id`@web1",
            "a\nb",
            "[::1",
            "[::1]22",
            "wéb",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text:?}");
        }
        assert!("a".repeat(256).parse::<Target>().is_err());
    }
}
