//! Writes `src/generated` from the standard library's resource schemas: for each a struct of its desired
//! state, how it comes out of a plan's values, and the constants that tie it to the schema.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mc_plan::schema::Schema;
use mc_plan::value::Type;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its name in `runtime/providers/src/generated`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Why nothing can be generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported(pub String);

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsupported {}

/// The files for the schemas that have a provider here: one per module of the standard library, and `mod.rs`. The
/// order of the schemas does not matter.
///
/// # Errors
/// An attribute of a type that no provider has had so far.
pub fn generate(schemas: &[Schema]) -> Result<Vec<GeneratedFile>, Unsupported> {
    let schemas: Vec<&Schema> = schemas.iter().filter(|schema| schema.is_built_in()).collect();
    let mut modules: BTreeMap<&str, Vec<&Schema>> = BTreeMap::new();
    for schema in schemas.iter().copied() {
        let (module, _) = split(&schema.name)?;
        modules.entry(module).or_default().push(schema);
    }
    let mut files = vec![encoded(&schemas)?];
    let mut index = String::from(
        "//! Desired states, generated from the resource schemas of the standard library by `cargo xtask\n\
         //! codegen`. Edit `stdlib/src/std/*.mc` instead.\n\n",
    );
    index.push_str("#[cfg(any(test, feature = \"testing\"))]\npub(crate) mod encoded;\n");
    for (module, mut schemas) in modules {
        schemas.sort_by(|a, b| a.name.cmp(&b.name));
        let file = module.rsplit_once('.').map_or(module, |(_, file)| file);
        let _ = writeln!(index, "pub(crate) mod {file};");
        let mut text = format!(
            "//! Generated from `stdlib/src/{}.mc` by `cargo xtask codegen`. Edit that file instead.\n\n\
             use mc_engine::provider::ProviderError;\nuse mc_plan::value::Value;\n\n\
             use crate::decode;\n",
            module.replace('.', "/")
        );
        for schema in schemas {
            write_schema(schema, &mut text)?;
        }
        files.push(GeneratedFile { name: format!("{file}.rs"), text });
    }
    files.push(GeneratedFile { name: "mod.rs".to_owned(), text: index });
    Ok(files)
}

/// The schemas themselves, for tests that make bundles without a compiler.
fn encoded(schemas: &[&Schema]) -> Result<GeneratedFile, Unsupported> {
    let mut text = String::from(
        "//! The schemas' canonical encodings, generated from the standard library by `cargo xtask codegen`.\n\n\
         /// Hexadecimal digits, sorted by the schemas' names.\npub(crate) const SCHEMAS: &[&str] = &[\n",
    );
    let mut sorted = schemas.to_vec();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    for schema in sorted {
        let bytes = schema.encode().map_err(|error| Unsupported(format!("`{}`: {error}", schema.name)))?;
        let _ = writeln!(text, "    // {}\n    \"{}\",", schema.name, mc_plan::digest::hex(&bytes));
    }
    text.push_str("];\n");
    Ok(GeneratedFile { name: "encoded.rs".to_owned(), text })
}

fn split(name: &str) -> Result<(&str, &str), Unsupported> {
    name.rsplit_once('.').ok_or_else(|| Unsupported(format!("`{name}` is in no module")))
}

fn write_schema(schema: &Schema, out: &mut String) -> Result<(), Unsupported> {
    let (_, name) = split(&schema.name)?;
    let key = &schema.key;
    let mut fields = String::new();
    let mut decoded = String::new();
    let key_name = identifier(&key.name);
    let key_type = rust_type(&key.ty, schema, &key.name)?;
    let _ = writeln!(fields, "    /// `key {}: {}`", key.name, type_text(&key.ty));
    let _ = writeln!(fields, "    pub(crate) {key_name}: {key_type},");
    let _ = writeln!(decoded, "            {key_name}: decode::key(key, \"{}\")?,", key.name);
    let mut borrows = key_type.contains('\'');
    for (at, attribute) in schema.attributes.iter().enumerate() {
        let name = identifier(&attribute.name);
        let (inner, optional) = match &attribute.ty {
            Type::Optional(inner) => (&**inner, true),
            other => (other, false),
        };
        let ty = rust_type(inner, schema, &attribute.name)?;
        borrows |= ty.contains('\'');
        let _ = writeln!(fields, "    /// `{}: {}`", attribute.name, type_text(&attribute.ty));
        if optional {
            let _ = writeln!(fields, "    pub(crate) {name}: Option<{ty}>,");
        } else {
            let _ = writeln!(fields, "    pub(crate) {name}: {ty},");
        }
        let function = if optional { "optional" } else { "required" };
        let _ = writeln!(
            decoded,
            "            {name}: decode::{function}(desired, {at}, \"{}\")?,",
            attribute.name
        );
    }
    let generic = if borrows { "<'a>" } else { "" };
    let reference = if borrows { "&'a " } else { "&" };
    let _ = write!(
        out,
        "\n/// A `{}` as it shall be.\n#[derive(Clone, Debug, PartialEq, Eq)]\n\
         pub(crate) struct {name}{generic} {{\n{fields}}}\n\nimpl{generic} {name}{generic} {{\n",
        schema.name
    );
    let _ = writeln!(out, "    /// Qualified name of the resource type.");
    let _ = writeln!(out, "    pub(crate) const SCHEMA: &'static str = \"{}\";", schema.name);
    let _ = writeln!(out, "    /// The provider's name.");
    let _ = writeln!(out, "    pub(crate) const PROVIDER: &'static str = \"{}\";", schema.provider);
    let _ = writeln!(out, "    /// The provider protocol's version.");
    let _ = writeln!(out, "    pub(crate) const PROTOCOL: u32 = {};", schema.protocol);
    let _ = writeln!(out, "    /// The schema's hash.");
    let _ = writeln!(out, "    pub(crate) const HASH: [u8; 32] = [");
    for half in schema.hash().chunks(16) {
        let bytes: Vec<String> = half.iter().map(|byte| format!("0x{byte:02x}")).collect();
        let _ = writeln!(out, "        {},", bytes.join(", "));
    }
    let _ = writeln!(out, "    ];");
    let _ = writeln!(out, "    /// How many outputs it has.");
    let _ = writeln!(out, "    pub(crate) const OUTPUTS: usize = {};", schema.outputs.len());
    for (at, output) in schema.outputs.iter().enumerate() {
        let _ = writeln!(out, "    /// `{} {}: {}`", output.kind.words(), output.name, type_text(&output.ty));
        let _ = writeln!(out, "    pub(crate) const {}: usize = {at};", output.name.to_uppercase());
    }
    let _ = write!(
        out,
        "\n    /// The desired state of a step of this type.\n    \
         pub(crate) fn decode(key: {reference}Value, desired: {reference}[Option<Value>]) -> Result<Self, ProviderError> {{\n        \
         Ok(Self {{\n{decoded}        }})\n    }}\n}}\n"
    );
    Ok(())
}

/// A name that Rust keeps for itself is written raw.
fn identifier(name: &str) -> String {
    const KEYWORDS: [&str; 14] = [
        "as", "async", "box", "const", "extern", "impl", "loop", "mod", "move", "ref", "static", "type",
        "use", "where",
    ];
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

fn rust_type(ty: &Type, schema: &Schema, attribute: &str) -> Result<String, Unsupported> {
    Ok(match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int | Type::Duration => "i64".to_owned(),
        Type::Size => "u64".to_owned(),
        Type::Mode => "u32".to_owned(),
        Type::String | Type::Text(_) => "&'a str".to_owned(),
        Type::Blob => "decode::Content<'a>".to_owned(),
        Type::List(inner) => format!("Vec<{}>", rust_type(inner, schema, attribute)?),
        Type::Float => "mc_plan::value::Float".to_owned(),
        Type::Bytes => "&'a [u8]".to_owned(),
        Type::Set(inner) => format!("Vec<{}>", rust_type(inner, schema, attribute)?),
        Type::Secret(inner) => rust_type(inner, schema, attribute)?,
        Type::Map(key, value) => {
            format!("Vec<({}, {})>", rust_type(key, schema, attribute)?, rust_type(value, schema, attribute)?)
        }
        Type::Optional(_) | Type::Named(_) | Type::Tuple(_) => {
            return Err(Unsupported(format!(
                "`{}.{attribute}` is of a type that the generator does not know yet; teach it in \
                 runtime/providers/src/codegen.rs",
                schema.name
            )));
        }
    })
}

fn type_text(ty: &Type) -> String {
    match ty {
        Type::Bool => "Bool".to_owned(),
        Type::Int => "Int".to_owned(),
        Type::String => "String".to_owned(),
        Type::Duration => "Duration".to_owned(),
        Type::Size => "Size".to_owned(),
        Type::Mode => "Mode".to_owned(),
        Type::Text(kind) => kind.name().to_owned(),
        Type::Blob => "Blob".to_owned(),
        Type::List(inner) => format!("List<{}>", type_text(inner)),
        Type::Optional(inner) => format!("{}?", type_text(inner)),
        Type::Named(at) => format!("#{at}"),
        Type::Float => "Float".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Set(inner) => format!("Set<{}>", type_text(inner)),
        Type::Map(key, value) => format!("Map<{}, {}>", type_text(key), type_text(value)),
        Type::Tuple(parts) => {
            format!("({})", parts.iter().map(type_text).collect::<Vec<String>>().join(", "))
        }
        Type::Secret(inner) => format!("Secret<{}>", type_text(inner)),
    }
}
