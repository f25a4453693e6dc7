//! Names for what is not there yet.

use camino::Utf8Path;
use mc_plan::digest::{hex, sha256};
use mc_plan::value::Value;

/// The longest name in a directory.
const NAME_MAX: usize = 255;

/// Where something for this path waits until it is renamed over it: in the same directory, hidden, and with
/// an ending that no program reads as one of its own files (`*.conf`, the names of run-parts).
pub(crate) fn staged(key: &Value, suffix: &str) -> Option<String> {
    let Value::Str(path) = key else { return None };
    let path = Utf8Path::new(&**path);
    let (parent, name) = (path.parent()?, path.file_name()?);
    let parent = if parent == "/" { "" } else { parent.as_str() };
    let plain = format!("{parent}/.{name}.mc-{suffix}");
    if name.len() + suffix.len() + 5 <= NAME_MAX {
        return Some(plain);
    }
    let digest = hex(&sha256(name.as_bytes()));
    Some(format!("{parent}/.{}.mc-{suffix}", digest.get(..32).unwrap_or(&digest)))
}

#[cfg(test)]
mod tests {
    use mc_plan::value::Value;

    use super::staged;

    fn of(path: &str) -> Option<String> {
        staged(&Value::Str(path.into()), "a1b2c3")
    }

    #[test]
    fn names_stay_in_the_directory_and_within_their_bound() {
        assert_eq!(of("/etc/motd").as_deref(), Some("/etc/.motd.mc-a1b2c3"));
        assert_eq!(of("/motd").as_deref(), Some("/.motd.mc-a1b2c3"));
        assert_eq!(of("/"), None);
        let long = of(&format!("/etc/{}", "x".repeat(255))).unwrap_or_default();
        let other = of(&format!("/etc/{}y", "x".repeat(254))).unwrap_or_default();
        assert!(long.len() < 80 && long != other);
    }
}
