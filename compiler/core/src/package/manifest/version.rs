//! Versions of packages, by Semantic Versioning 2.0.0.

/// Whether a text is `MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]`.
pub(in super::super) fn is_semantic_version(version: &str) -> bool {
    let identifiers = |text: &str, numbers_are_plain: bool| {
        text.split('.').all(|part| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !(numbers_are_plain && part.chars().all(|c| c.is_ascii_digit()) && !is_number(part))
        })
    };
    let (rest, build) = match version.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (version, None),
    };
    let (core, pre) = match rest.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (rest, None),
    };
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre.is_none_or(|pre| identifiers(pre, true))
        && build.is_none_or(|build| identifiers(build, false))
}

/// Digits without leading zeros.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}
