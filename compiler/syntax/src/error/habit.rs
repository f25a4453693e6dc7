//! Habits from other languages: each is read as what it is meant to be, and named.

macro_rules! habits {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal: $headline:literal;)*) => {
        /// What another language writes in this way.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Habit {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Habit {
            pub(super) fn code(self) -> &'static str {
                match self {
                    $(Habit::$name => $code,)*
                }
            }

            pub(super) fn headline(self) -> &'static str {
                match self {
                    $(Habit::$name => $headline,)*
                }
            }
        }
    };
}

habits! {
    /// `{ a: 1 }` as a value
    BraceLiteral = "MC0157": "`{` begins no value";
    /// `(x, y) => e`, `lambda x: e`, `fn(x) { e }` as an argument
    ForeignLambda = "MC0158": "the parameters of a lambda stand between bars";
    /// `fn f(x: T) -> U = e`
    FnBody = "MC0159": "the body of a function stands in braces";
    /// `fn f(x: T): U { .. }`
    ResultColon = "MC0160": "the result type stands behind `->`";
    /// `import a.*`
    ImportAll = "MC0161": "an import says what it takes";
    /// `import "a/b"`
    QuotedModule = "MC0162": "a module is named without quotes";
    /// `import a.B as C`
    ImportAlias = "MC0163": "another name is given inside of braces";
    /// `type Port = Int, it > 0`
    TypeCondition = "MC0164": "the condition on a type stands behind `where`";
    /// `type Site = { port: Int }`
    TypeFields = "MC0165": "fields make a `record`, not a `type`";
    /// `Int | String` as a type
    TypeUnion = "MC0166": "a type is one type, without alternatives";
    /// `if let x { .. }`, `if let Some(x) = e { .. }`
    IfLet = "MC0167": "`if let` takes a value out with a name and a `=`";
    /// `.Managed(x)` in a pattern
    PayloadParens = "MC0168": "the payload of a variant stands in braces";
    /// `c ? a : b`, `a if c else b`
    Ternary = "MC0169": "a choice between two values is an `if`";
    /// `mode == 0o644` in a body, `let x == 1`
    DoubleEquals = "MC0170": "`==` compares, and a value is given with `=`";
    /// `default mode = 0o644` in a body
    PriorityPlace = "MC0171": "the priority stands in front of the value";
    /// `check c` without `else`
    CheckReason = "MC0172": "a `check` says why it is needed";
    /// `expect c, "why"`
    ExpectMessage = "MC0173": "an `expect` takes no message";
    /// `a with port = 81`
    WithBraces = "MC0174": "the changes of a `with` stand in braces";
    /// `..base` in a body or a list
    Spread = "MC0175": "nothing is spread into a literal";
    /// `List[Int]`
    TypeBrackets = "MC0176": "the arguments of a type stand between `<` and `>`";
    /// `[Int]`, `{String: Int}` and `?Int` as types
    ForeignType = "MC0177": "a type begins with its name";
    /// `first<Int>(xs)`
    GenericCall = "MC0178": "a call takes no types: they follow from its arguments";
    /// `component C(a: T) { .. }`
    Signature = "MC0179": "parameters are lines of the block";
    /// `policy p on c { .. }`
    PolicyHosts = "MC0180": "the hosts of a policy are chosen by its `select`";
    /// `policy "web" { .. }`
    QuotedName = "MC0181": "a declaration is named without quotes";
    /// `resource "file" "/etc/motd" { .. }`
    ResourceBlock = "MC0182": "`resource` declares a type, not a thing of it";
    /// a playbook
    ForeignFile = "MC0183": "this is no source of the language";
    /// `.A | .B => e`
    OrPattern = "MC0184": "an arm has one pattern";
    /// `case .A => e`
    ArmWord = "MC0185": "an arm begins with its pattern";
    /// `deny File f if c`
    GuardCondition = "MC0186": "the condition in a guard stands behind `when`";
    /// `require "dba"`
    ApprovalForm = "MC0187": "an approval is required from a role";
    /// `message = ".."`
    SignBehindWord = "MC0188": "the value follows its word without a sign";
    /// `test web_works { .. }`
    TestName = "MC0189": "the name of a test stands in quotes";
    /// `fact f: T = e`
    FactSource = "MC0190": "a fact says where a host finds it";
    /// `a === b`, `a <> b`, `a | f`
    ForeignOperator = "MC0191": "this is no operator of the language";
    /// `a += 1`, `let mut a`
    NoMutation = "MC0192": "a value never changes";
    /// `prune File`
    PruneForm = "MC0193": "`prune` takes a list of resource types";
    /// `defaults { .. }`
    DefaultsForm = "MC0194": "`defaults` takes one resource type and a body";
    /// `const x = 1`
    ConstForm = "MC0195": "`const` stands in front of `let` or `param`";
    /// `let [a, b] = c`, `let a, b = c`
    LetPattern = "MC0196": "what takes a tuple apart stands in parentheses";
    /// `[x for x in xs where c]`
    ComprehensionWhere = "MC0197": "a comprehension chooses its elements with `if`";
    /// `deny f: File`, `deny File(f)`
    SubjectForm = "MC0198": "a guard is about a resource type and a name for what it finds";
    /// `expect x fails`
    FailsForm = "MC0199": "what has to fail is the block behind `expect fails`";
}
