//! Which package a document belongs to.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use mc_compiler::package::{MANIFEST, ModuleNameError, asset_kind, module_of};
use mc_compiler::system::System;
use tower_lsp::ls_types::Uri;

/// What is compiled together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Home {
    /// The package in this folder.
    Package(Utf8PathBuf),
    /// A document outside of any package, on its own.
    Single(Uri),
    /// The standard library.
    Library,
}

/// A package and a file of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) home: Home,
    /// The path within the package, or in the standard library `std/fs.mc`.
    pub(crate) path: Utf8PathBuf,
}

/// The file of a single-file package.
pub(crate) const SINGLE: &str = "src/main.mc";

/// The path of a file, if the client names one.
pub(crate) fn path_of(uri: &Uri) -> Option<Utf8PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let path = uri.path().decode().to_string().ok()?;
    let path = Utf8PathBuf::from(path.into_owned());
    path.is_absolute().then(|| normal(&path))
}

/// How a file is named when the client has not named it.
pub(crate) fn uri_of(path: &Utf8Path) -> Option<Uri> {
    if path.is_absolute() { Uri::from_file_path(normal(path)) } else { None }
}

/// An absolute path without `.` and `..`, by its text alone: a package names another one as `../other`, and each file
/// has one name.
pub(crate) fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut found = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::CurDir => {}
            // Above the root is the root again.
            Utf8Component::ParentDir => {
                found.pop();
            }
            Utf8Component::Normal(_) | Utf8Component::RootDir | Utf8Component::Prefix(_) => {
                found.push(part.as_str());
            }
        }
    }
    found
}

/// Where a document belongs: to the package of the nearest folder above that has a manifest, if the document is
/// one of the files a package is made of; otherwise to itself. `library` is the folder that shows the
/// standard library.
pub(crate) fn place_of(uri: &Uri, system: &dyn System, library: Option<&Utf8Path>) -> Place {
    let single = || Place { home: Home::Single(uri.clone()), path: SINGLE.into() };
    let Some(path) = path_of(uri) else { return single() };
    if let Some(inner) = library.and_then(|library| path.strip_prefix(library).ok())
        && inner.starts_with("std")
    {
        return Place { home: Home::Library, path: inner.to_owned() };
    }
    let Some(root) = path.ancestors().skip(1).find(|folder| system.exists(&folder.join(MANIFEST))) else {
        return single();
    };
    match path.strip_prefix(root) {
        Ok(inner)
            if inner == MANIFEST
                || module_of(inner) != Err(ModuleNameError::NotAModule)
                || asset_kind(inner).is_some() =>
        {
            Place { home: Home::Package(root.to_owned()), path: inner.to_owned() }
        }
        _ => single(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mc_compiler::system::{Entry, Kind, SystemError};

    struct Files(&'static [&'static str]);

    impl System for Files {
        fn read_to_string(&self, path: &Utf8Path) -> Result<String, SystemError> {
            Err(SystemError::NotFound { path: path.to_owned() })
        }

        fn list_files(&self, _: &Utf8Path) -> Result<Vec<Utf8PathBuf>, SystemError> {
            Ok(Vec::new())
        }

        fn exists(&self, path: &Utf8Path) -> bool {
            self.0.contains(&path.as_str())
        }

        fn read(&self, path: &Utf8Path, _: u64) -> Result<Vec<u8>, SystemError> {
            Err(SystemError::NotFound { path: path.to_owned() })
        }

        fn kind(&self, path: &Utf8Path) -> Option<Kind> {
            self.exists(path).then_some(Kind::File)
        }

        fn names(&self, _: &Utf8Path) -> Result<Vec<String>, SystemError> {
            Ok(Vec::new())
        }

        fn walk(&self, _: &Utf8Path, _: usize) -> Result<Vec<Entry>, SystemError> {
            Ok(Vec::new())
        }
    }

    fn uri(text: &str) -> Uri {
        text.parse().expect("a URI")
    }

    fn check(document: &str, home: Home, path: &str) {
        let system = Files(&["/a/masterchef.toml", "/a/inner/masterchef.toml"]);
        let place = place_of(&uri(document), &system, Some(Utf8Path::new("/cache/1")));
        assert_eq!(place, Place { home, path: path.into() }, "{document}");
    }

    #[test]
    fn a_module_belongs_to_the_nearest_package() {
        check("file:///a/src/web/nginx.mc", Home::Package("/a".into()), "src/web/nginx.mc");
        check("file:///a/masterchef.toml", Home::Package("/a".into()), "masterchef.toml");
        check("file:///a/inner/src/main.mc", Home::Package("/a/inner".into()), "src/main.mc");
        check("file:///a/templates/web/a.mct", Home::Package("/a".into()), "templates/web/a.mct");
        check("file:///a/data/hosts.yaml", Home::Package("/a".into()), "data/hosts.yaml");
        // Its name is wrong, and the package says so.
        check("file:///a/src/Web.mc", Home::Package("/a".into()), "src/Web.mc");
    }

    #[test]
    fn anything_else_is_a_package_of_its_own() {
        for document in [
            "file:///a/notes.mc",
            "file:///a/notes.mct",
            "file:///b/src/main.mc",
            "untitled:Untitled-1",
            "git:/a/src/main.mc",
        ] {
            check(document, Home::Single(uri(document)), SINGLE);
        }
    }

    #[test]
    fn the_standard_library_is_known_where_it_is_shown() {
        check("file:///cache/1/std/fs.mc", Home::Library, "std/fs.mc");
        check(
            "file:///cache/1/diagnostics/a.mc",
            Home::Single(uri("file:///cache/1/diagnostics/a.mc")),
            SINGLE,
        );
    }

    #[test]
    fn paths_are_decoded_and_encoded() {
        assert_eq!(path_of(&uri("file:///a%20b/%C3%A9.mc")).as_deref(), Some(Utf8Path::new("/a b/é.mc")));
        assert_eq!(path_of(&uri("file:///a/%FF.mc")), None);
        assert_eq!(path_of(&uri("https://example.com/a.mc")), None);
        for up in ["file:///a/b/../c.mc", "file:///../a/./c.mc"] {
            assert_eq!(path_of(&uri(up)).as_deref(), Some(Utf8Path::new("/a/c.mc")), "{up}");
        }
        assert_eq!(uri_of(Utf8Path::new("/a/../b/c.mc")), Some(uri("file:///b/c.mc")));
        let path = Utf8Path::new("/a b/é#1.mc");
        assert_eq!(uri_of(path).and_then(|uri| path_of(&uri)).as_deref(), Some(path));
    }
}
