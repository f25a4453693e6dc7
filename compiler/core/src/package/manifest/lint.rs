//! `[lint]`: what is done about which finding.

use super::super::read::{Reader, with_article};
use crate::diagnostic::nearest;
use crate::lint::{self, Level, RULES, Settings};
use toml::de::{DeTable, DeValue};

impl Reader {
    pub(super) fn lint(&mut self, table: &DeTable<'_>) -> Settings {
        let mut settings = Settings::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            let Some(code) = lint::known(name) else {
                let near = nearest(name, RULES.iter().map(|rule| rule.name));
                let found = self.error(key.span(), format!("there is no rule `{}`", name.escape_debug()));
                match near {
                    Some(near) => {
                        let place = found.primary;
                        *found = found.clone().did_you_mean(name, near, place);
                    }
                    None => found.help = Some("`mcc lint --rules` lists the rules".to_owned()),
                }
                continue;
            };
            let level = match value.get_ref() {
                DeValue::String(text) => Level::named(text),
                _ => None,
            };
            match (level, value.get_ref()) {
                (Some(level), _) => settings.set(code, level),
                (None, DeValue::String(text)) => {
                    let headline = format!("there is no level `{}`", text.escape_debug());
                    self.error(value.span(), headline).help =
                        Some("a level is `\"allow\"`, `\"warn\"` or `\"deny\"`".to_owned());
                }
                (None, other) => {
                    let kind = with_article(other.type_str());
                    self.error(value.span(), format!("a level is a string, not {kind}")).help =
                        Some("write `\"allow\"`, `\"warn\"` or `\"deny\"`".to_owned());
                }
            }
        }
        settings
    }
}
