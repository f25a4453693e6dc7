//! What the commands that read a bundle share.

use crate::failure::Failure;
use camino::Utf8Path;
use mc_plan::bundle::Refusal;

/// The largest file that is read: more than any bundle of the plan format's limits holds.
pub(crate) const MAX_FILE: u64 = 4 << 30;

/// A refusal as the end of a command.
pub(crate) fn refusal(path: &Utf8Path, refusal: &Refusal) -> Failure {
    Failure::refused(refusal.code(), format!("`{path}` is refused: {refusal}"))
        .hint(refusal.help())
        .hint(format!("`mcc explain {}` says more", refusal.code()))
}
