//! Methods beyond the protocol, as `docs/reference/language-server.md` describes them: plans, reasons and tests.

use crate::answer;
use crate::command::SERVER_RUN_TEST;
use crate::server::Server;
use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    CodeLens, ExecuteCommandParams, LSPAny, Location, MessageType, Position, Range, TextDocumentIdentifier,
    TextDocumentPositionParams, Uri,
};

pub(crate) const PLAN_VIEW: &str = "masterchef/planView";
pub(crate) const WHY: &str = "masterchef/why";
pub(crate) const RUNS_BEFORE: &str = "masterchef/runsBefore";
pub(crate) const TESTS: &str = "masterchef/tests";
pub(crate) const RUN_TESTS: &str = "masterchef/runTests";

/// What a client may call, as `initialize` tells it.
pub(crate) const METHODS: [&str; 5] = [PLAN_VIEW, WHY, RUNS_BEFORE, TESTS, RUN_TESTS];

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanViewParams {
    pub(crate) text_document: TextDocumentIdentifier,
    pub(crate) position: Option<Position>,
    pub(crate) policy: Option<String>,
    pub(crate) fixture: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanView {
    pub(crate) policy: Option<String>,
    pub(crate) policies: Vec<String>,
    pub(crate) fixture: Option<String>,
    pub(crate) fixtures: Vec<Fixture>,
    pub(crate) groups: Vec<Group>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) hidden: usize,
    pub(crate) rules: Vec<Rule>,
    pub(crate) bundle: Option<Bundle>,
    pub(crate) problems: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) matches: Option<bool>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) select: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) label: String,
    #[serde(rename = "type")]
    pub(crate) ty: String,
    pub(crate) group: Option<String>,
    pub(crate) module: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Location>,
    pub(crate) declarations: Vec<Declaration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) each: Option<String>,
    pub(crate) change: &'static str,
    pub(crate) changes: Vec<Changed>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) watched: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Declaration {
    pub(crate) instance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Changed {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) old: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) new: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Edge {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) refresh: bool,
    pub(crate) reasons: Vec<Reason>,
}

/// Why something comes before something; `to` says before what, where that is not clear.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reason {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Location>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Rule {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) text: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Bundle {
    pub(crate) uri: Option<Uri>,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) stream: String,
    pub(crate) sequence: u64,
    pub(crate) built: String,
    pub(crate) summary: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Why {
    pub(crate) resources: Vec<WhyResource>,
    pub(crate) omitted: usize,
    pub(crate) markdown: String,
    pub(crate) problems: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct WhyResource {
    pub(crate) resource: String,
    pub(crate) attributes: Vec<WhyAttribute>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct WhyAttribute {
    pub(crate) name: String,
    pub(crate) given: Vec<WhyGiven>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct WhyGiven {
    pub(crate) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<&'static str>,
    pub(crate) overridden: bool,
    pub(crate) instance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) each: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) when: Option<String>,
    pub(crate) way: Vec<WhyOrigin>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct WhyOrigin {
    pub(crate) what: String,
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Location>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunsBeforeParams {
    pub(crate) text_document: TextDocumentIdentifier,
    pub(crate) position: Position,
    #[serde(default)]
    pub(crate) after: bool,
    pub(crate) fixture: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct RunsBefore {
    pub(crate) resources: Vec<OrderOf>,
    pub(crate) markdown: String,
    pub(crate) problems: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderOf {
    pub(crate) resource: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Location>,
    pub(crate) steps: Vec<OrderedStep>,
    pub(crate) omitted: usize,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderedStep {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) ty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Location>,
    pub(crate) direct: bool,
    pub(crate) reasons: Vec<Reason>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestsParams {
    pub(crate) text_document: TextDocumentIdentifier,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestItem {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) uri: Uri,
    pub(crate) range: Range,
    pub(crate) selection_range: Range,
    pub(crate) children: Vec<TestCase>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TestCase {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RunTestsParams {
    pub(crate) uri: Uri,
    pub(crate) ids: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct TestRun {
    pub(crate) results: Vec<TestResult>,
    pub(crate) problems: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TestResult {
    pub(crate) id: String,
    pub(crate) test: String,
    pub(crate) name: String,
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    pub(crate) locations: Vec<Labelled>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Labelled {
    pub(crate) location: Location,
    pub(crate) message: String,
}

impl Server {
    pub(crate) async fn plan_view(&self, params: PlanViewParams) -> Result<Option<PlanView>> {
        let document = params.text_document.clone();
        self.ask(document, move |snapshot, file| Some(answer::plan_view(snapshot, file, &params))).await
    }

    pub(crate) async fn why(&self, params: TextDocumentPositionParams) -> Result<Option<Why>> {
        let at = params.position;
        self.ask(params.text_document, move |snapshot, file| answer::why(snapshot, file, at)).await
    }

    pub(crate) async fn runs_before(&self, params: RunsBeforeParams) -> Result<Option<RunsBefore>> {
        let document = params.text_document.clone();
        self.ask(document, move |snapshot, file| answer::runs_before(snapshot, file, &params)).await
    }

    pub(crate) async fn tests(&self, params: TestsParams) -> Result<Vec<TestItem>> {
        self.ask(params.text_document, answer::tests).await
    }

    pub(crate) async fn run_tests(&self, params: RunTestsParams) -> Result<TestRun> {
        let document = TextDocumentIdentifier { uri: params.uri };
        self.ask(document, move |snapshot, _| answer::run_tests(snapshot, params.ids.as_deref())).await
    }

    pub(crate) async fn resolve_lens(&self, lens: CodeLens) -> Result<CodeLens> {
        let data = lens.data.clone().unwrap_or_default();
        let Ok(data) = serde_json::from_value::<answer::LensData>(data) else { return Ok(lens) };
        let document = TextDocumentIdentifier { uri: data.uri.clone() };
        let asked = lens.clone();
        let found =
            self.ask(document, move |snapshot, file| Some(answer::resolved(snapshot, file, &asked, &data)));
        Ok(found.await?.unwrap_or(lens))
    }

    /// Runs a test for a client that has no list of tests, and shows how it ends.
    pub(crate) async fn execute(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        if params.command != SERVER_RUN_TEST {
            return Err(Error::invalid_params(format!("there is no command `{}`", params.command)));
        }
        let argument = |at: usize| params.arguments.get(at).and_then(LSPAny::as_str);
        let uri: Option<Uri> = argument(0).and_then(|uri| uri.parse().ok());
        let (Some(uri), Some(id)) = (uri, argument(1)) else {
            return Err(Error::invalid_params("the arguments are a document and the id of a test"));
        };
        let run = self.run_tests(RunTestsParams { uri, ids: Some(vec![id.to_owned()]) }).await?;
        let failed: Vec<&TestResult> = run.results.iter().filter(|result| result.message.is_some()).collect();
        let (kind, text) = if !run.problems.is_empty() {
            (MessageType::ERROR, format!("No test ran: {}", run.problems.join("; ")))
        } else if let Some(first) = failed.first() {
            let reason = first.message.as_deref().unwrap_or_default();
            let count = run.results.len();
            (MessageType::ERROR, format!("{} of {count} failed. {}: {reason}", failed.len(), first.name))
        } else {
            (MessageType::INFO, format!("{} passed: {id}", run.results.len()))
        };
        self.client().show_message(kind, text).await;
        serde_json::to_value(run).map(Some).map_err(|_| Error::internal_error())
    }
}
