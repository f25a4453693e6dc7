//! Paths between packages, by their text alone: nothing is looked up.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// Why a path between packages is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PathError {
    /// It begins at the root of the file system.
    #[error("a path to a package is relative to the package that names it")]
    Absolute,
    /// It leads out of what was fetched.
    #[error("the path leads out of the place that the package was fetched from")]
    Escape,
}

/// A relative path without `.`, and with `..` at its beginning only. Empty for where it begins.
pub(super) fn relative_path(path: &Utf8Path) -> Result<Utf8PathBuf, PathError> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.components() {
        match part {
            Utf8Component::Normal(name) => parts.push(name),
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => match parts.last() {
                None | Some(&"..") => parts.push(".."),
                Some(_) => {
                    parts.pop();
                }
            },
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return Err(PathError::Absolute),
        }
    }
    Ok(parts.iter().collect())
}

/// The same, for a path that may not lead out of where it begins.
pub(super) fn inner_path(path: &Utf8Path) -> Result<Utf8PathBuf, PathError> {
    let path = relative_path(path)?;
    if path.starts_with("..") { Err(PathError::Escape) } else { Ok(path) }
}

/// Path from `root` to `target`, both relative to one place or both absolute, so that two ways to write one folder
/// are one. `target` is relative to `root`, as in a manifest.
pub(super) fn from_root(root: &Utf8Path, target: &Utf8Path) -> Utf8PathBuf {
    let parts = |path: &Utf8Path| -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for part in path.components() {
            match part {
                Utf8Component::ParentDir if parts.last().is_some_and(|last| last != "..") => {
                    parts.pop();
                }
                // Above the root of the file system is the root again.
                Utf8Component::ParentDir if path.is_absolute() => {}
                Utf8Component::CurDir | Utf8Component::RootDir | Utf8Component::Prefix(_) => {}
                other => parts.push(other.as_str().to_owned()),
            }
        }
        parts
    };
    let (from, to) = (parts(root), parts(&root.join(target)));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.len() - shared;
    std::iter::repeat_n("..", up).chain(to.iter().skip(shared).map(String::as_str)).collect()
}

/// Where a path that is relative to `root` is, without `.` and `..` where they can be told from the text: so the
/// same file has the same path wherever it is named.
pub(super) fn at(root: &Utf8Path, relative: &Utf8Path) -> Utf8PathBuf {
    let mut path = Utf8PathBuf::new();
    for part in root.join(relative).components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            Utf8Component::ParentDir if path.is_absolute() => {}
            other => path.push(other),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{PathError, at, from_root, inner_path, relative_path};
    use camino::{Utf8Path, Utf8PathBuf};

    #[test]
    fn paths_are_made_short() {
        let short = |path: &str| relative_path(Utf8Path::new(path)).map(Utf8PathBuf::into_string);
        assert_eq!(short("a/./b/../c").as_deref(), Ok("a/c"));
        assert_eq!(short("../../a/..").as_deref(), Ok("../.."));
        assert_eq!(short(".").as_deref(), Ok(""));
        assert_eq!(short("a/../../b").as_deref(), Ok("../b"));
        assert_eq!(short("/a"), Err(PathError::Absolute));
        assert_eq!(inner_path(Utf8Path::new("a/../..")), Err(PathError::Escape));
        assert_eq!(inner_path(Utf8Path::new("a/..")), Ok(Utf8PathBuf::new()));
    }

    #[test]
    fn places_are_plain() {
        let at = |root: &str, path: &str| at(Utf8Path::new(root), Utf8Path::new(path)).into_string();
        assert_eq!(at("/a/web", "../nginx"), "/a/nginx");
        assert_eq!(at("/a", "../../b"), "/b");
        assert_eq!(at("web", "../nginx"), "nginx");
        assert_eq!(at("web", "../../nginx/./x"), "../nginx/x");
    }

    #[test]
    fn two_ways_to_a_folder_are_one() {
        let from =
            |root: &str, target: &str| from_root(Utf8Path::new(root), Utf8Path::new(target)).into_string();
        assert_eq!(from("/a/web", "../nginx"), "../nginx");
        assert_eq!(from("/a/web", "../../a/nginx"), "../nginx");
        assert_eq!(from("/a/web", "../web/lib"), "lib");
        assert_eq!(from("/a/web", "../web"), "");
        assert_eq!(from("web", "../nginx"), "../nginx");
        assert_eq!(from("web", "lib/nginx"), "lib/nginx");
        assert_eq!(from("../web", "../nginx"), "../nginx");
        assert_eq!(from("/a/web", "../../../../x"), "../../x");
    }
}
