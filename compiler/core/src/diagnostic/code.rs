//! The codes of the compiler's diagnostics. Append-only: a code never changes its meaning and is never used
//! again. Each has a page in `docs/diagnostics/`. The parser's own codes (`MC01..`) live in `mc-syntax`.

use std::fmt;

/// A stable code: `MC0201`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = code!($id:literal);)*) => {
        $($(#[doc = $doc])+ pub const $name: Code = Code($id);)*
        /// All of them, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    // Names
    /// A name that nothing declares.
    UNKNOWN_NAME = code!("MC0201");
    /// A type, resource or component that nothing declares.
    UNKNOWN_TYPE = code!("MC0202");
    /// An import of a module that is not there.
    UNKNOWN_MODULE = code!("MC0203");
    /// An import of a name that the module does not declare.
    UNKNOWN_IMPORT = code!("MC0204");
    /// An import of a declaration that is not `pub`.
    PRIVATE_IMPORT = code!("MC0205");
    /// Two declarations of one name.
    DUPLICATE_NAME = code!("MC0206");
    /// A name that hides another one.
    SHADOWED_NAME = code!("MC0207");
    /// A declaration that needs itself.
    RECURSION = code!("MC0208");
    /// Something is named that cannot stand here.
    WRONG_KIND_OF_NAME = code!("MC0209");

    // Types
    /// A value of another type is expected.
    TYPE_MISMATCH = code!("MC0301");
    /// A literal does not fit the checked type expected here.
    LITERAL_DOES_NOT_FIT = code!("MC0302");
    /// A field, attribute, output or method that the type does not have.
    UNKNOWN_FIELD = code!("MC0303");
    /// A field, attribute, parameter or argument that is missing.
    MISSING_FIELD = code!("MC0304");
    /// A field, attribute, parameter or argument given twice.
    DUPLICATE_FIELD = code!("MC0305");
    /// A match that does not cover every value.
    NOT_EXHAUSTIVE = code!("MC0306");
    /// An arm that can never be reached.
    UNREACHABLE_ARM = code!("MC0307");
    /// A pattern that cannot match a value of this type.
    PATTERN_MISMATCH = code!("MC0308");
    /// An operator that does not exist for these types.
    NO_SUCH_OPERATOR = code!("MC0309");
    /// A call with too many arguments, or of something that is no function.
    BAD_CALL = code!("MC0310");
    /// A type with the wrong number of arguments, or one that makes no sense here.
    BAD_TYPE = code!("MC0311");
    /// A type that cannot be inferred.
    CANNOT_INFER = code!("MC0312");
    /// A value that may be absent is used as if it were there.
    MAY_BE_ABSENT = code!("MC0313");
    /// A value that has no text stands in a string.
    NO_TEXT = code!("MC0314");
    /// A clause that makes no sense on this declaration.
    BAD_CLAUSE = code!("MC0315");
    /// A declaration that may not stand here.
    BAD_PLACE = code!("MC0316");
    /// A resource schema that is wrong.
    BAD_SCHEMA = code!("MC0317");
    /// A title that is missing, or stands where none is expected.
    BAD_TITLE = code!("MC0318");
    /// A secret goes where it would be seen.
    SECRET_LEAK = code!("MC0319");
    /// Something would depend on what a secret is.
    SECRET_DECIDES = code!("MC0320");
    /// A type with more parts than types may have.
    TYPE_TOO_LARGE = code!("MC0321");
    /// A match with too many combinations to see whether it covers them all.
    MATCH_TOO_LARGE = code!("MC0322");
    /// A fact that no host could find or read.
    BAD_FACT = code!("MC0323");
    /// Plain text in a source where a secret belongs.
    SECRET_WRITTEN = code!("MC0330");

    // Phases and evaluation
    /// A value is needed before it is known.
    TOO_LATE = code!("MC0401");
    /// An arithmetic operation fails.
    ARITHMETIC = code!("MC0402");
    /// A value does not fit its checked type.
    VALUE_DOES_NOT_FIT = code!("MC0403");
    /// The program says `fail`.
    FAILED = code!("MC0404");
    /// The budget of evaluation is used up.
    BUDGET = code!("MC0405");
    /// A position outside a list.
    OUT_OF_RANGE = code!("MC0406");
    /// A `check` that does not hold.
    CHECK_FAILED = code!("MC0407");
    /// A public value that the host computes together with a secret.
    NOT_APART = code!("MC0408");
    /// A reference to a resource is chosen where the plan can only name one.
    WHICH_RESOURCE = code!("MC0409");

    // The graph
    /// Two declarations of one resource disagree.
    CONFLICT = code!("MC0501");
    /// Two resources claim the same thing.
    CLAIM_CONFLICT = code!("MC0502");
    /// A reference to a resource that nothing declares.
    UNKNOWN_RESOURCE = code!("MC0503");
    /// Resources that wait for each other.
    CYCLE = code!("MC0504");
    /// Two instances of one component with one name.
    DUPLICATE_INSTANCE = code!("MC0505");
    /// A resource whose attributes depend on a loop while its key does not.
    SAME_KEY_IN_LOOP = code!("MC0506");
    /// Declarations that may meet on a host with different values.
    POSSIBLE_CONFLICT = code!("MC0507");
    /// Resources that may meet on a host and are the same thing there.
    POSSIBLE_CLAIM_CONFLICT = code!("MC0508");

    // Packages
    /// A package without `masterchef.toml`.
    NO_MANIFEST = code!("MC0601");
    /// A `masterchef.toml` that is wrong.
    BAD_MANIFEST = code!("MC0602");
    /// A file whose name cannot be a module's.
    BAD_MODULE_NAME = code!("MC0603");
    /// A package without a policy.
    NO_POLICY = code!("MC0604");
    /// Labels declared more than once, outside the root module, or read in a dependency.
    BAD_LABELS = code!("MC0605");
    /// A file that is not text.
    NOT_TEXT = code!("MC0606");

    // Dependencies
    /// A dependency that is written wrong.
    BAD_DEPENDENCY = code!("MC0610");
    /// A dependency whose place is not allowed.
    UNSAFE_SOURCE = code!("MC0611");
    /// A dependency that is not where it should be.
    MISSING_DEPENDENCY = code!("MC0612");
    /// A dependency that was never fetched.
    NOT_VENDORED = code!("MC0613");
    /// A dependency whose package has another name.
    WRONG_PACKAGE = code!("MC0614");
    /// Two packages with one name.
    TWO_SOURCES = code!("MC0615");
    /// Packages that need each other.
    PACKAGE_CYCLE = code!("MC0616");
    /// A package and something else that are called the same in sources.
    NAME_CLASH = code!("MC0617");
    /// A dependency with files that nobody may depend on.
    REFUSED_TREE = code!("MC0618");
    /// A dependency that is not what the lock says.
    CHANGED_DEPENDENCY = code!("MC0619");
    /// A fetched dependency that the lock does not know.
    NOT_LOCKED = code!("MC0620");
    /// A `masterchef.lock` that is wrong.
    BAD_LOCK = code!("MC0621");
    /// More packages than a build may have.
    TOO_MANY_PACKAGES = code!("MC0622");
    /// A lock that does not say what the packages are now.
    LOCK_BEHIND = code!("MC0623");
    /// A guard to use that no dependency has.
    UNKNOWN_GUARD = code!("MC0624");
    /// An archive that is not the one the manifest names.
    WRONG_ARCHIVE = code!("MC0625");
    /// A dependency whose code can do other things than the lock says.
    CHANGED_CAPABILITIES = code!("MC0626");
    /// A dependency whose code does what the manifest does not allow.
    NOT_ALLOWED = code!("MC0627");

    // Policies
    /// A policy is named, and there is none of the name.
    NO_SUCH_POLICY = code!("MC0640");
    /// Policies that come after each other.
    POLICY_CYCLE = code!("MC0641");
    /// A `prune` of what cannot be removed, of a type twice, or of nothing.
    BAD_PRUNE = code!("MC0642");
    /// A guard whose lines say nothing together.
    BAD_GUARD = code!("MC0643");
    /// A guard reads something that no guard may read.
    GUARD_READS = code!("MC0644");
    /// A resource that a guard denies.
    DENIED = code!("MC0645");
    /// A rollout that makes no sense.
    BAD_ROLLOUT = code!("MC0646");
    /// Two rollouts for one policy.
    TWO_ROLLOUTS = code!("MC0647");

    // Order
    /// Something is read that another step writes, and nothing orders the two.
    MISSING_EDGE = code!("MC0670");

    // Data, files and templates
    /// A path of a data file, a template or a file that is none.
    BAD_ASSET_PATH = code!("MC0701");
    /// A data file, a template or a file that the package does not have.
    NO_ASSET = code!("MC0702");
    /// Something in the package's folders that is not read.
    REFUSED_ASSET = code!("MC0703");
    /// `load` where nothing says what it shall read.
    LOAD_TYPE = code!("MC0704");
    /// A data file that is not valid TOML, YAML or JSON.
    DATA_SYNTAX = code!("MC0705");
    /// A value in a data file of another type.
    DATA_TYPE = code!("MC0706");
    /// A value in a data file that does not fit its type.
    DATA_VALUE = code!("MC0707");
    /// A field that a data file leaves out.
    DATA_MISSING = code!("MC0708");
    /// A key in a data file that nothing takes.
    DATA_UNKNOWN = code!("MC0709");
    /// A key in a data file given twice.
    DATA_DUPLICATE = code!("MC0710");
    /// Plain text where a data file names a secret.
    DATA_SECRET = code!("MC0711");
    /// A data file that is too large or too deep.
    DATA_LIMIT = code!("MC0712");
    /// A form of YAML that data files do not have.
    DATA_FORM = code!("MC0713");
    /// A file that no value of a hole names.
    UNREACHABLE_FILE = code!("MC0714");
    /// A variant that no file is named after.
    VARIANT_WITHOUT_FILE = code!("MC0715");
    /// Layers that are not written as they have to be.
    BAD_LAYERS = code!("MC0716");
    /// A rule for layers that the field's type does not have.
    BAD_MERGE = code!("MC0717");
    /// A field that some hosts are given by no layer.
    LAYER_GAP = code!("MC0718");
    /// A file of the package that nothing in it names.
    UNREAD_FILE = code!("MC0719");

    // Tests
    /// Something that a test cannot give.
    BAD_GIVEN = code!("MC0801");
    /// Something that only a test may ask for.
    TEST_ONLY = code!("MC0802");
    /// Two tests of one name.
    DUPLICATE_TEST = code!("MC0803");
    /// An expectation that does not hold.
    EXPECTATION_FAILED = code!("MC0804");
    /// A plan that does not stand on the host that a test gives.
    PLAN_REFUSED = code!("MC0805");
    /// A fact or label that a test needs and does not give.
    NOT_GIVEN = code!("MC0806");
    /// A resource, or a part of one, that is not in the plan.
    NOT_IN_PLAN = code!("MC0807");
    /// A value that is known only while the plan runs.
    NOT_KNOWN_IN_TEST = code!("MC0808");
    /// Something that must fail and does not, or fails otherwise.
    DID_NOT_FAIL = code!("MC0809");
    /// A plan that is not the one that was stored.
    GOLDEN_DIFFERS = code!("MC0810");

    // Lints
    /// An import that nothing uses.
    UNUSED_IMPORT = code!("MC1001");
    /// A `let` of a block that nothing uses.
    UNUSED_VALUE = code!("MC1002");
    /// A parameter that its body does not use.
    UNUSED_PARAMETER = code!("MC1003");
    /// A name in a pattern that nothing uses.
    UNUSED_BINDING = code!("MC1004");
    /// A private declaration that its module does not use.
    UNUSED_DECLARATION = code!("MC1005");
    /// A `Bool` that is compared with `true` or `false`.
    BOOL_COMPARISON = code!("MC1006");
    /// A comparison that is negated as a whole.
    NEGATED_COMPARISON = code!("MC1007");
    /// A negation that is negated.
    DOUBLE_NEGATION = code!("MC1008");
    /// An `if` that only gives `true` or `false`.
    BOOL_IF = code!("MC1009");
    /// A `match` on a `Bool`.
    BOOL_MATCH = code!("MC1010");
    /// An `if` that holds nothing but another `if`.
    NESTED_IF = code!("MC1011");
    /// An `else` that says what is so without it.
    NEEDLESS_ELSE = code!("MC1012");
    /// An operator with the same on both sides.
    SAME_OPERANDS = code!("MC1013");
    /// A condition that is always the same.
    CONSTANT_CONDITION = code!("MC1014");
    /// Parentheses around what needs none.
    NEEDLESS_PARENTHESES = code!("MC1015");
    /// A text that is only a hole with a text in it.
    NEEDLESS_INTERPOLATION = code!("MC1016");
    /// A text that is put together with `+`.
    TEXT_CONCATENATION = code!("MC1017");
    /// A `with` that changes nothing.
    NEEDLESS_WITH = code!("MC1018");
    /// A policy, component, `if` or `for` with nothing in it.
    EMPTY_BODY = code!("MC1019");
    /// A value that is the default.
    DEFAULT_WRITTEN_OUT = code!("MC1020");
    /// An attribute with the same value in many resources of a block.
    REPEATED_ATTRIBUTE = code!("MC1021");
    /// `defaults` that no resource takes anything from.
    UNUSED_DEFAULTS = code!("MC1022");
    /// A mode with which everybody may write.
    WORLD_WRITABLE = code!("MC1023");
    /// A mode with fewer than three digits.
    SHORT_MODE = code!("MC1024");
    /// A password or key that is written into the source.
    PLAIN_SECRET = code!("MC1025");
    /// A file with a secret in it that others may read.
    READABLE_SECRET = code!("MC1026");
    /// A command that nothing ever makes run.
    IDLE_COMMAND = code!("MC1027");
    /// A command that does what a resource type does.
    COMMAND_FOR_RESOURCE = code!("MC1028");
    /// A command that gives its work to a shell.
    SHELL_COMMAND = code!("MC1029");
    /// A clause with an empty list.
    EMPTY_CLAUSE = code!("MC1030");
    /// A `timeout` of more than an hour.
    LONG_TIMEOUT = code!("MC1031");
    /// A list with the same literal twice.
    DUPLICATE_ELEMENT = code!("MC1032");
    /// A large number with a small unit.
    SMALL_UNIT = code!("MC1033");
    /// A `fail` or `check` that does not say why.
    EMPTY_MESSAGE = code!("MC1034");
    /// A `pub` declaration without documentation.
    MISSING_DOCS = code!("MC1035");
    /// Documentation with a note to its author.
    TODO_IN_DOCS = code!("MC1036");
    /// A test that expects nothing.
    TEST_WITHOUT_EXPECTATION = code!("MC1037");
    /// Imports that are not in order.
    UNSORTED_IMPORTS = code!("MC1038");
    /// A function or component with too many parameters.
    TOO_MANY_PARAMETERS = code!("MC1039");
    /// A policy without `select` in a package with labels.
    POLICY_FOR_EVERY_HOST = code!("MC1040");
    /// A name in another style than names of its kind.
    ODD_NAME = code!("MC1041");
    /// Two names that can hardly be told apart.
    CONFUSING_NAMES = code!("MC1042");
    /// The use of something that is deprecated.
    DEPRECATED = code!("MC1043");
    /// `?? none`.
    NEEDLESS_NONE = code!("MC1044");
    /// A comment that silences a rule where it finds nothing.
    UNUSED_SILENCER = code!("MC1045");
    /// A comment that is meant to silence a rule and does not.
    BAD_SILENCER = code!("MC1046");
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique_and_sorted() {
        assert!(super::ALL.windows(2).all(|w| w[0] < w[1]));
    }
}
