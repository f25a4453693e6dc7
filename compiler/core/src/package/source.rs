//! Where a dependency comes from.

use super::folder::{PathError, inner_path, relative_path};
use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;
use std::fmt;

/// Longest address, in bytes.
const URL_LIMIT: usize = 2_048;

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A folder beside or in the package that names it. In a manifest the path is relative to that package, in
    /// the lock to the root package.
    Path(Utf8PathBuf),
    /// A commit of a git repository.
    Git {
        /// `https`, `ssh` or `file`.
        url: SmolStr,
        /// The whole id of the commit, 40 or 64 hexadecimal digits.
        rev: SmolStr,
        /// The package's folder in the repository; empty for its root.
        folder: Utf8PathBuf,
    },
    /// A tar archive.
    Archive {
        /// `https` or `file`.
        url: SmolStr,
        /// SHA-256 of the archive's bytes in hexadecimal digits.
        sha256: SmolStr,
        /// The package's folder in the archive; empty for its root.
        folder: Utf8PathBuf,
    },
}

impl Source {
    /// Whether it is copied into `vendor/`.
    pub fn is_fetched(&self) -> bool {
        !matches!(self, Source::Path(_))
    }

    /// The source of the package at `path`, seen from the package that comes from `self`.
    pub(super) fn sibling(&self, path: &Utf8Path) -> Result<Source, PathError> {
        let inner = |folder: &Utf8Path| inner_path(&folder.join(path));
        Ok(match self {
            Source::Path(folder) => Source::Path(relative_path(&folder.join(path))?),
            Source::Git { url, rev, folder } => {
                Source::Git { url: url.clone(), rev: rev.clone(), folder: inner(folder)? }
            }
            Source::Archive { url, sha256, folder } => {
                Source::Archive { url: url.clone(), sha256: sha256.clone(), folder: inner(folder)? }
            }
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, folder) = match self {
            Source::Path(path) => return write!(f, "`{path}`"),
            Source::Git { url, rev, folder } => {
                let short = rev.get(..12).unwrap_or(rev);
                (format!("`{url}` at {short}"), folder)
            }
            Source::Archive { url, folder, .. } => (format!("`{url}`"), folder),
        };
        f.write_str(&text)?;
        if folder.as_str().is_empty() { Ok(()) } else { write!(f, ", folder `{folder}`") }
    }
}

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UrlUse {
    Git,
    Archive,
}

/// Why an address is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UrlError {
    pub(super) headline: String,
    pub(super) help: Option<String>,
    /// What to write instead.
    pub(super) better: Option<String>,
}

impl UrlError {
    fn new(headline: impl Into<String>, help: impl Into<String>) -> Self {
        UrlError { headline: headline.into(), help: Some(help.into()), better: None }
    }
}

/// Checks an address. It goes to a program's command line and into messages, so only what cannot be mistaken
/// for anything else is let through.
pub(super) fn check_url(url: &str, wanted: UrlUse) -> Result<(), UrlError> {
    let schemes: &[&str] = match wanted {
        UrlUse::Git => &["https", "ssh", "file"],
        UrlUse::Archive => &["https", "file"],
    };
    let written = if url.len() > 80 || holds_password(url) {
        "the address".to_owned()
    } else {
        format!("`{}`", url.escape_debug())
    };
    if url.len() > URL_LIMIT {
        return Err(UrlError::new(
            format!("the address has more than {URL_LIMIT} characters"),
            "use a shorter one",
        ));
    }
    if let Some(bad) = url.chars().find(|c| !is_url_char(*c)) {
        let c = bad.escape_debug();
        return Err(UrlError::new(format!("`{c}` cannot be part of an address"), "write it percent-encoded"));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        let mut error = UrlError::new(
            format!("{written} is no address"),
            format!("an address begins with {}", any_of(schemes)),
        );
        error.better = ssh_address(url).filter(|_| wanted == UrlUse::Git);
        if error.better.is_some() {
            error.help = None;
        }
        return Err(error);
    };
    if !schemes.contains(&scheme) {
        let help = match scheme {
            "http" | "git" => format!("nobody vouches for what `{scheme}` brings: use `https`"),
            _ => format!("an address begins with {}", any_of(schemes)),
        };
        return Err(UrlError::new(
            format!("`{}` is no scheme that packages are fetched by", scheme.escape_debug()),
            help,
        ));
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if !query.is_empty() && (wanted, scheme) != (UrlUse::Archive, "https") {
        return Err(UrlError::new(format!("{written} has a query"), "leave out what comes from the `?` on"));
    }
    if path.len() < 2 {
        return Err(UrlError::new(
            format!("{written} names no {}", if wanted == UrlUse::Git { "repository" } else { "file" }),
            "the path is missing",
        ));
    }
    if path.split('/').any(|segment| segment == "..") {
        return Err(UrlError::new(format!("{written} has a `..`"), "write where it leads"));
    }
    if scheme == "file" {
        if !authority.is_empty() {
            return Err(UrlError::new(
                format!("{written} names a host"),
                "a file's address has three slashes: `file:///srv/nginx.git`",
            ));
        }
        return Ok(());
    }
    let (user, host) =
        authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if let Some(user) = user {
        if scheme == "https" || user.contains(':') {
            return Err(UrlError {
                headline: "an address holds no user and no password".to_owned(),
                help: Some("put what is secret into `~/.netrc`, or use `ssh`".to_owned()),
                better: None,
            });
        }
        if !is_word(user) {
            return Err(UrlError::new(format!("`{user}` is no user's name"), "such as `git`"));
        }
    }
    let (host, port) = host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
    if !is_word(host) {
        return Err(UrlError::new(
            format!("{written} names no host"),
            "such as `https://git.example.org/nginx.git`",
        ));
    }
    if port.is_some_and(|port| port.parse::<u16>().is_err() || port.starts_with(['0', '+'])) {
        return Err(UrlError::new(
            format!("{written} has no port after the `:`"),
            "a port is a number to 65535",
        ));
    }
    Ok(())
}

/// Whether a user stands in an address who may be a password, or have one.
pub(super) fn holds_password(url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let user = rest.split('/').next().and_then(|authority| authority.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':') || matches!(scheme, "http" | "https"))
}

fn is_url_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?@!$&'()*+,;=%".contains(c)
}

/// The name of a host or a user: nothing that a program could take for an option.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
}

/// `git@host:path` as an address.
fn ssh_address(url: &str) -> Option<String> {
    let (place, path) = url.split_once(':')?;
    let (user, host) = place.split_once('@')?;
    let fits = is_word(user) && is_word(host) && !path.starts_with('/') && !path.is_empty();
    fits.then(|| format!("ssh://{user}@{host}/{path}"))
}

/// `a`, `b` or `c`
fn any_of(schemes: &[&str]) -> String {
    let mut words: Vec<String> = schemes.iter().map(|scheme| format!("`{scheme}://`")).collect();
    let last = words.pop().unwrap_or_default();
    format!("{} or {last}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Source, UrlUse, check_url};
    use camino::Utf8Path;

    #[test]
    fn addresses_that_will_do() {
        for url in [
            "https://git.example.org/nginx.git",
            "https://git.example.org:8443/a/b",
            "ssh://git@git.example.org:22/nginx.git",
            "ssh://git.example.org/~me/nginx.git",
            "file:///srv/git/nginx.git",
        ] {
            assert_eq!(check_url(url, UrlUse::Git), Ok(()), "{url}");
        }
        assert_eq!(check_url("https://example.org/a.tar?x=1", UrlUse::Archive), Ok(()));
    }

    /// What a program could take for an option, a command or another transport.
    #[test]
    fn addresses_that_are_refused() {
        for url in [
            "",
            "--upload-pack=touch /x",
            "-oProxyCommand=x",
            "ext::sh -c x",
            "ext::sh",
            "fd::17",
            "git://example.org/a",
            "http://example.org/a",
            "ftp://example.org/a",
            "HTTPS://example.org/a",
            "https://-oProxyCommand=x/a",
            "ssh://-oProxyCommand=x/a",
            "ssh://-x@example.org/a",
            "ssh://a:b@example.org/a",
            "https://me@example.org/a",
            "https://me:secret@example.org/a",
            "https://example.org",
            "https://example.org/",
            "https:///a",
            "https://example.org:/a",
            "https://example.org:99999/a",
            "https://example.org/a?x=1",
            "https://example.org/a#b",
            "https://example.org/a b",
            "https://example.org/a\nb",
            "https://example.org/\u{e4}",
            "https://example.org/a/../b",
            "file://host/a",
            "file:///a/../b",
            "file:a",
            "/srv/git/a",
            "git@example.org:a.git",
        ] {
            assert!(check_url(url, UrlUse::Git).is_err(), "{url:?}");
        }
        assert!(check_url("ssh://example.org/a.tar", UrlUse::Archive).is_err());
        assert!(check_url(&format!("https://example.org/{}", "a".repeat(3_000)), UrlUse::Git).is_err());
    }

    #[test]
    fn the_short_form_of_ssh_has_a_long_one() {
        let error = check_url("git@example.org:me/nginx.git", UrlUse::Git).expect_err("no address");
        assert_eq!(error.better.as_deref(), Some("ssh://git@example.org/me/nginx.git"));
    }

    #[test]
    fn a_path_is_taken_from_where_it_is_written() {
        let path = |text: &str| Source::Path(text.into());
        assert_eq!(path("").sibling(Utf8Path::new("../tls")), Ok(path("../tls")));
        assert_eq!(path("../nginx").sibling(Utf8Path::new("../tls")), Ok(path("../tls")));
        assert_eq!(path("lib/nginx").sibling(Utf8Path::new("inner/./x/..")), Ok(path("lib/nginx/inner")));
        let git = |folder: &str| Source::Git {
            url: "https://example.org/a".into(),
            rev: "0".repeat(40).into(),
            folder: folder.into(),
        };
        assert_eq!(git("packages/nginx").sibling(Utf8Path::new("../tls")), Ok(git("packages/tls")));
        assert!(git("nginx").sibling(Utf8Path::new("../../tls")).is_err());
        assert!(git("").sibling(Utf8Path::new("../tls")).is_err());
    }
}
