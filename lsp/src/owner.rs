//! The thread that owns the databases.
//!
//! It handles one event after the other, in the order in which they were sent, and never waits for the client. It
//! alone changes databases; nothing else may, for a change waits until all snapshots are dropped.

use crate::answer::Names;
use crate::document::Document;
use crate::event::Event;
use crate::library::Library;
use crate::log;
use crate::notice::Notice;
use crate::place::{Home, Place, SINGLE, path_of, place_of};
use crate::problems::Found;
use crate::question::{Question, Subject};
use crate::settings::Settings;
use crate::worker::{Job, Pool, Task};
use crate::workspace::{Due, Overlay, Published, Workspace, find_packages};
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::package::{self, MANIFEST};
use mc_compiler::system::{OsSystem, System};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri};

/// How long nothing must be typed before a package is checked as a whole.
const PAUSE: Duration = Duration::from_millis(40);
/// How long a check may be put off by going on typing.
const PATIENCE: Duration = Duration::from_millis(250);
/// How often an answer is begun again when other files of the package change meanwhile.
const ATTEMPTS: u8 = 8;

/// All packages and the documents that are shown.
#[derive(Debug)]
pub(crate) struct Owner {
    notices: UnboundedSender<Notice>,
    events: Sender<Event>,
    pool: Pool,
    library: Arc<Library>,
    settings: Settings,
    documents: BTreeMap<Uri, Document>,
    workspaces: BTreeMap<Home, Workspace>,
    /// The folders that are open in the client.
    folders: BTreeSet<Utf8PathBuf>,
    search: Search,
    /// What the client shows of the problems of each document.
    sent: BTreeMap<Uri, Published>,
}

/// Whether the folders are being searched for packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    Idle,
    Running,
    /// Something changed meanwhile.
    Again,
}

impl Owner {
    /// `events` are its own: what it has others do comes back as an event.
    pub(crate) fn new(notices: UnboundedSender<Notice>, events: Sender<Event>, pool: Pool) -> Self {
        Owner {
            notices,
            events,
            pool,
            library: Arc::new(Library::open()),
            settings: Settings::default(),
            documents: BTreeMap::new(),
            workspaces: BTreeMap::new(),
            folders: BTreeSet::new(),
            search: Search::Idle,
            sent: BTreeMap::new(),
        }
    }

    /// Handles events until nobody can send any more.
    pub(crate) fn run(mut self, inbox: &Receiver<Event>) {
        loop {
            let event = match self.next_due() {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(now())),
            };
            if event.as_ref().is_err_and(|error| *error == RecvTimeoutError::Disconnected) {
                return;
            }
            let work = AssertUnwindSafe(|| {
                if let Ok(event) = event {
                    self.handle(event);
                }
                // Also while events come without a pause.
                self.check_due();
            });
            // A bug in one event is no reason to forget all documents: its message is in the log.
            if catch_unwind(work).is_err() {
                log("an event was not handled");
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Started(settings) => self.settings = settings,
            Event::Configured(hints) => self.settings.hints = hints,
            Event::Folders { added, removed } => self.folders(&added, &removed),
            Event::Found(roots) => self.found(roots),
            Event::Opened { uri, version, text } => self.open(uri, version, text),
            Event::Changed { uri, version, changes } => self.change(&uri, version, changes),
            Event::Closed { uri } => self.close(&uri),
            Event::Saved { uri } => {
                // Whoever saves a file may have made others, and not every client watches.
                if let Some(home) = self.documents.get(&uri).map(|document| document.place.home.clone()) {
                    self.reload(&home);
                    self.reload_dependents(&uri);
                }
            }
            Event::FilesChanged(uris) => self.files_changed(&uris),
            Event::Asked(question) => self.ask(question),
            Event::Packages(reply) => {
                let shown = self.workspaces.keys().filter(|home| **home != Home::Library);
                // Nobody may be waiting any more.
                let _ = reply.send(shown.cloned().collect());
            }
            Event::Bug => self.tell(Notice::Bug),
            Event::Checked { home, revision, found } => self.checked(&home, revision, found),
        }
    }

    fn open(&mut self, uri: Uri, version: i32, text: String) {
        // Shown first and placed then: an unsaved manifest makes a package of its folder.
        let unplaced = Place { home: Home::Single(uri.clone()), path: SINGLE.into() };
        self.documents.insert(uri.clone(), Document::new(uri.clone(), version, text, unplaced));
        let place = self.place(&uri);
        if let Some(document) = self.documents.get_mut(&uri) {
            document.place = place.clone();
        }
        if place.path == MANIFEST {
            self.settle();
            self.reload_around(&uri);
        }
        self.enter(&place);
        self.enter_dependents(&uri, Duration::ZERO);
    }

    /// Looks for packages in folders that are open, and lets go of those in folders that are not any more.
    fn folders(&mut self, added: &[Uri], removed: &[Uri]) {
        for folder in removed.iter().filter_map(path_of) {
            self.folders.remove(&folder);
        }
        let before = self.folders.len();
        self.folders.extend(added.iter().filter_map(path_of));
        if self.folders.len() > before {
            self.search();
        }
        self.forget_unwanted();
    }

    /// Looks for packages in all open folders.
    fn search(&mut self) {
        if self.search != Search::Idle {
            self.search = Search::Again;
            return;
        }
        let (folders, events) = (self.folders.clone(), self.events.clone());
        // Not here: a folder may be large, and its disk slow.
        let search = move || {
            let found = folders.iter().flat_map(|folder| find_packages(&OsSystem, folder)).collect();
            // The owner may be gone when the process ends.
            let _ = events.send(Event::Found(found));
        };
        match std::thread::Builder::new().name("search".to_owned()).spawn(search) {
            Ok(_) => self.search = Search::Running,
            Err(error) => log(&format!("the folders are not searched for packages: {error}")),
        }
    }

    /// Opens the packages that a search found.
    fn found(&mut self, roots: Vec<Utf8PathBuf>) {
        let is_changed = self.search == Search::Again;
        self.search = Search::Idle;
        for home in roots.into_iter().map(Home::Package) {
            // A folder may have been closed meanwhile.
            if self.is_wanted(&home) {
                self.enter_package(home);
            }
        }
        if is_changed {
            self.search();
        }
    }

    /// Whether somebody may want to know about a package: it is in an open folder, or a file of it is shown.
    fn is_wanted(&self, home: &Home) -> bool {
        let is_in_folder = match home {
            Home::Package(root) => self.folders.iter().any(|folder| root.starts_with(folder)),
            Home::Single(_) => false,
            Home::Library => true,
        };
        is_in_folder || self.documents.values().any(|document| document.place.home == *home)
    }

    fn forget_unwanted(&mut self) {
        let gone = self.workspaces.keys().filter(|home| !self.is_wanted(home));
        for home in gone.cloned().collect::<Vec<Home>>() {
            self.forget(&home);
        }
    }

    /// Opens a package that is not open yet.
    fn enter_package(&mut self, home: Home) {
        if self.workspaces.contains_key(&home) {
            return;
        }
        let mut workspace = Workspace::new();
        if let (Home::Package(root), true) = (&home, self.settings.progress) {
            let (opening, done) = oneshot::channel();
            workspace.opening = Some(opening);
            let title = format!("Checking {}", root.file_name().unwrap_or(root.as_str()));
            self.tell(Notice::Opening { title, done });
        }
        self.workspaces.insert(home.clone(), workspace);
        self.reload(&home);
    }

    /// Brings the text of a shown document into the package that it belongs to.
    fn enter(&mut self, place: &Place) {
        match &place.home {
            Home::Library => {
                self.workspaces.entry(Home::Library).or_insert_with(Workspace::new);
            }
            home @ Home::Package(_) if !self.workspaces.contains_key(home) => {
                self.enter_package(home.clone());
            }
            home => self.set_text(home, &place.path),
        }
        self.check(&place.home, None, Duration::ZERO);
    }

    fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        let place = document.place.clone();
        if let Some(workspace) = self.workspaces.get_mut(&place.home) {
            workspace.problems.follow(&place.path, &changes, self.settings.encoding);
        }
        document.change(version, changes, self.settings.encoding);
        self.set_text(&place.home, &place.path);
        self.check(&place.home, Some(&place.path), PAUSE);
        self.enter_dependents(uri, PAUSE);
    }

    /// The packages that need the one of this file by its path, and where the file is in them.
    fn dependents(&self, uri: &Uri) -> Vec<(Home, Utf8PathBuf)> {
        let Some(file) = path_of(uri) else { return Vec::new() };
        let holders = self.workspaces.iter().filter_map(|(home, workspace)| match home {
            Home::Package(root) => Some((home.clone(), workspace.dependency_path(root, &file)?)),
            Home::Single(_) | Home::Library => None,
        });
        holders.collect()
    }

    /// Brings the text of a shown document into the packages that need its own.
    fn enter_dependents(&mut self, uri: &Uri, pause: Duration) {
        for (home, path) in self.dependents(uri) {
            let Some(text) = self.documents.get(uri).map(|document| document.text().to_owned()) else {
                return;
            };
            let knows = |workspace: &Workspace| package::file(&workspace.db, &path).is_some();
            if self.workspaces.get(&home).is_some_and(knows) {
                self.with_database(&home, |workspace| {
                    package::set_text(&mut workspace.db, &path, &text);
                });
                self.check(&home, None, pause);
            } else if pause.is_zero() {
                // A file that is new. Not at each keystroke: most files are none of a package's modules.
                self.reload(&home);
            }
        }
    }

    fn reload_dependents(&mut self, uri: &Uri) {
        for (home, _) in self.dependents(uri) {
            self.reload(&home);
        }
    }

    /// Reads the packages around one whose manifest comes or goes: what is in it is theirs no more, or again.
    fn reload_around(&mut self, manifest: &Uri) {
        let Some(inner) = path_of(manifest).and_then(|path| Some(path.parent()?.to_owned())) else { return };
        let is_around = |home: &&Home| match home {
            Home::Package(root) => inner.starts_with(root) && inner != *root,
            Home::Single(_) | Home::Library => false,
        };
        for home in self.workspaces.keys().filter(is_around).cloned().collect::<Vec<Home>>() {
            self.reload(&home);
        }
    }

    /// The text of a shown document becomes the one that is compiled.
    fn set_text(&mut self, home: &Home, path: &Utf8Path) {
        let Some(document) = self.shown(home, path) else { return };
        let text = document.text().to_owned();
        match home {
            // Its text is the server's.
            Home::Library => return,
            // What is no module means nothing outside of a package.
            Home::Single(uri) if is_no_module(uri) => return,
            Home::Single(_) if !self.workspaces.contains_key(home) => {
                self.workspaces.insert(home.clone(), Workspace::single(&text));
            }
            _ => {}
        }
        self.with_database(home, |workspace| {
            package::set_text(&mut workspace.db, path, &text);
        });
    }

    fn close(&mut self, uri: &Uri) {
        let Some(document) = self.documents.remove(uri) else { return };
        let Place { home, path } = document.place;
        match &home {
            Home::Package(_) => {
                // What is on the disk counts again, also if that is nothing.
                if path == MANIFEST {
                    self.settle();
                    self.reload_around(uri);
                }
                if self.is_wanted(&home) {
                    self.reload(&home);
                }
                self.reload_dependents(uri);
                self.forget_unwanted();
            }
            Home::Single(_) => self.forget(&home),
            Home::Library => {}
        }
    }

    fn files_changed(&mut self, uris: &[Uri]) {
        let paths: Vec<Utf8PathBuf> = uris.iter().filter_map(path_of).collect();
        if paths.iter().any(|path| path.file_name() == Some(MANIFEST)) {
            self.settle();
            self.search();
            self.forget_unwanted();
        }
        let is_touched = |(home, workspace): &(&Home, &Workspace)| match home {
            Home::Package(root) => paths
                .iter()
                .any(|path| path.starts_with(root) || workspace.dependency_path(root, path).is_some()),
            Home::Single(_) | Home::Library => false,
        };
        let touched = self.workspaces.iter().filter(is_touched);
        let touched: Vec<Home> = touched.map(|(home, _)| home.clone()).collect();
        for home in touched {
            self.reload(&home);
        }
    }

    /// Reads a package from the disk again. Nothing happens to what did not change.
    fn reload(&mut self, home: &Home) {
        let Home::Package(root) = home else { return };
        let Some(mut workspace) = self.workspaces.remove(home) else { return };
        let waiting = self.withdraw(home);
        let reason = workspace.load(&self.overlay(), root).err().map(|error| error.to_string());
        if let (Some(reason), None) = (&reason, &workspace.unreadable) {
            // Once, for people; from now on it stands at the manifest.
            self.tell(Notice::Unreadable(format!("The package in {root} cannot be read: {reason}")));
        }
        workspace.unreadable = reason;
        workspace.revision += 1;
        self.workspaces.insert(home.clone(), workspace);
        self.ask_again(waiting);
        self.check(home, None, Duration::ZERO);
    }

    /// Brings every document to where it belongs now that there are other manifests.
    fn settle(&mut self) {
        let moved: Vec<(Uri, Place)> = self
            .documents
            .iter()
            .map(|(uri, document)| (uri, self.place(uri), &document.place))
            .filter(|(_, now, before)| now != *before)
            .map(|(uri, now, _)| (uri.clone(), now))
            .collect();
        let mut left = BTreeSet::new();
        for (uri, place) in &moved {
            if let Some(document) = self.documents.get_mut(uri) {
                left.insert(std::mem::replace(&mut document.place, place.clone()).home);
            }
        }
        for home in self.workspaces.keys().cloned().collect::<Vec<Home>>() {
            match &home {
                Home::Package(root) if !self.overlay().exists(&root.join(MANIFEST)) => self.forget(&home),
                Home::Package(_) if left.contains(&home) => self.reload(&home),
                Home::Single(_) if left.contains(&home) => self.forget(&home),
                _ => {}
            }
        }
        for (_, place) in &moved {
            self.enter(place);
        }
    }

    /// Drops a package, and what the client shows of its problems.
    fn forget(&mut self, home: &Home) {
        let waiting = self.withdraw(home);
        if let Some(workspace) = self.workspaces.remove(home) {
            for uri in workspace.published.into_keys() {
                // Its new package has something to say about a document that only moved.
                self.publish(&uri);
            }
        }
        self.ask_again(waiting);
    }

    fn ask(&mut self, mut question: Question) {
        if question.is_closed() {
            return;
        }
        let mut version = None;
        let found = match &question.subject {
            Subject::Package(home) => {
                self.workspaces.get(home).map(|workspace| (home.clone(), workspace, None))
            }
            Subject::Document(uri) => {
                let shown = self.documents.get(uri);
                version = shown.map(|document| document.version);
                let Place { home, path } = shown.map_or_else(|| self.place(uri), |shown| shown.place.clone());
                let workspace = self.workspaces.get(&home);
                workspace.and_then(|workspace| Some((home, workspace, Some(workspace.document(&path)?))))
            }
        };
        let is_overtaken = version.is_some_and(|now| *question.version.get_or_insert(now) != now);
        if is_overtaken || question.attempts > ATTEMPTS {
            return question.fail(jsonrpc::Error::content_modified());
        }
        let Some((home, workspace, file)) = found else { return question.answer() };
        let names = self.names(&home);
        self.pool.submit(Job {
            home,
            db: workspace.db.clone(),
            names,
            task: Task::Answer { question, file },
        });
    }

    /// Shows what was found, if it is about the texts as they are now.
    fn checked(&mut self, home: &Home, revision: u64, found: Found) {
        let Some(workspace) = self.workspaces.get_mut(home) else { return };
        if workspace.revision != revision {
            return;
        }
        let only = match &found {
            Found::File(path, _) => Some(path.clone()),
            Found::Files(_) | Found::Package(_) => None,
        };
        if matches!(found, Found::Package(_)) {
            workspace.opening = None;
        }
        workspace.problems.take(found);
        match only {
            Some(path) => self.show_file(home, &path),
            None => self.show_all(home),
        }
    }

    /// Shows the problems of one document.
    fn show_file(&mut self, home: &Home, path: &Utf8Path) {
        let Some((uri, version)) = self.shown(home, path).map(|d| (d.uri.clone(), d.version)) else { return };
        let Some(workspace) = self.workspaces.get_mut(home) else { return };
        let now = Published { version: Some(version), diagnostics: workspace.problems.of(path) };
        if workspace.published.get(&uri) != Some(&now) {
            workspace.published.insert(uri.clone(), now);
            self.publish(&uri);
        }
    }

    /// Shows the problems of all files of a package.
    fn show_all(&mut self, home: &Home) {
        let names = self.names(home);
        let mut now: BTreeMap<Uri, Published> = BTreeMap::new();
        // Every shown document, so that the client knows which version has no problems.
        for document in self.documents.values().filter(|document| document.place.home == *home) {
            let published = Published { version: Some(document.version), diagnostics: Vec::new() };
            now.insert(document.uri.clone(), published);
        }
        let Some(workspace) = self.workspaces.get_mut(home) else { return };
        for path in workspace.problems.paths() {
            let Some(uri) = names.uri(path) else { continue };
            now.entry(uri).or_insert(Published { version: None, diagnostics: Vec::new() }).diagnostics =
                workspace.problems.of(path);
        }
        let uris: BTreeSet<Uri> = now.keys().cloned().collect();
        let before = std::mem::replace(&mut workspace.published, now);
        for uri in before.into_keys().collect::<BTreeSet<Uri>>().union(&uris) {
            self.publish(uri);
        }
    }

    /// Shows what all packages have to say about a document. More than one may: a package checks those that it needs.
    fn publish(&mut self, uri: &Uri) {
        if self.settings.pulls {
            return;
        }
        let mut now: Option<Published> = None;
        for said in self.workspaces.values().filter_map(|workspace| workspace.published.get(uri)) {
            let Some(all) = &mut now else {
                now = Some(said.clone());
                continue;
            };
            all.version = all.version.max(said.version);
            for found in &said.diagnostics {
                if !all.diagnostics.contains(found) {
                    all.diagnostics.push(found.clone());
                }
            }
        }
        if now.as_ref() == self.sent.get(uri) {
            return;
        }
        let Published { version, diagnostics } = match now {
            Some(now) => {
                self.sent.insert(uri.clone(), now.clone());
                now
            }
            None => {
                self.sent.remove(uri);
                Published { version: None, diagnostics: Vec::new() }
            }
        };
        self.tell(Notice::Problems(PublishDiagnosticsParams { uri: uri.clone(), diagnostics, version }));
    }

    fn tell(&self, notice: Notice) {
        // The other end is gone only when the process ends.
        let _ = self.notices.send(notice);
    }

    /// Changes the database of a package. Work on its snapshots that has not begun is taken back first, since the
    /// change waits until all of them are gone.
    fn with_database(&mut self, home: &Home, change: impl FnOnce(&mut Workspace)) {
        let waiting = self.withdraw(home);
        if let Some(workspace) = self.workspaces.get_mut(home) {
            change(workspace);
            workspace.revision += 1;
        }
        self.ask_again(waiting);
    }

    /// Takes back what has not begun; checks are not needed any more.
    fn withdraw(&self, home: &Home) -> Vec<Question> {
        let tasks = self.pool.withdraw(home).into_iter();
        tasks
            .filter_map(|task| match task {
                Task::Answer { question, .. } => Some(question),
                Task::CheckFiles { .. } | Task::CheckPackage { .. } => None,
            })
            .collect()
    }

    fn ask_again(&mut self, questions: Vec<Question>) {
        for question in questions {
            self.ask(question);
        }
    }

    /// Looks for problems: in each file at once, beginning with the edited one, and in the package as a whole after a
    /// pause.
    fn check(&mut self, home: &Home, edited: Option<&Utf8Path>, pause: Duration) {
        if *home == Home::Library {
            return;
        }
        let (now, names) = (now(), self.names(home));
        let Some(workspace) = self.workspaces.get_mut(home) else { return };
        let since = workspace.due.map_or(now, |due| due.since);
        workspace.due = Some(Due { since, at: (now + pause).min(since + PATIENCE) });
        // What was never checked as a whole is not checked in parts either: callees first, see `phase::prepare`.
        let edited = edited.filter(|_| workspace.problems.is_complete);
        let edited = edited.and_then(|path| Some((path.to_owned(), workspace.file(path)?)));
        let task = Task::CheckFiles { revision: workspace.revision, edited };
        self.pool.submit(Job { home: home.clone(), db: workspace.db.clone(), names, task });
    }

    fn next_due(&self) -> Option<Instant> {
        self.workspaces.values().filter_map(|workspace| workspace.due).map(|due| due.at).min()
    }

    fn check_due(&mut self) {
        let now = now();
        let due = |workspace: &Workspace| workspace.due.is_some_and(|due| due.at <= now);
        let homes: Vec<Home> =
            self.workspaces.iter().filter(|(_, w)| due(w)).map(|(home, _)| home.clone()).collect();
        for home in homes {
            let names = self.names(&home);
            if let Some(workspace) = self.workspaces.get_mut(&home) {
                workspace.due = None;
                let task = Task::CheckPackage { revision: workspace.revision };
                self.pool.submit(Job { home, db: workspace.db.clone(), names, task });
            }
        }
    }

    fn place(&self, uri: &Uri) -> Place {
        place_of(uri, &self.overlay(), self.library.folder())
    }

    fn overlay(&self) -> Overlay<'_> {
        let documents = self.documents.values();
        Overlay::new(documents.filter_map(|d| Some((path_of(&d.uri)?, d.text()))).collect())
    }

    fn shown(&self, home: &Home, path: &Utf8Path) -> Option<&Document> {
        self.documents.values().find(|d| d.place.home == *home && d.place.path == path)
    }

    fn names(&self, home: &Home) -> Arc<Names> {
        let workspace = self.workspaces.get(home);
        let path_here = |document: &Document| match home {
            home if document.place.home == *home => Some(document.place.path.clone()),
            Home::Package(root) => workspace?.dependency_path(root, &path_of(&document.uri)?),
            Home::Single(_) | Home::Library => None,
        };
        let open = self.documents.values().filter_map(|d| Some((path_here(d)?, (d.uri.clone(), d.version))));
        Arc::new(Names {
            home: home.clone(),
            open: open.collect(),
            library: Arc::clone(&self.library),
            settings: self.settings,
            unreadable: workspace.and_then(|workspace| workspace.unreadable.clone()),
        })
    }
}

/// Whether a document is a file of another kind: a template, a data file.
fn is_no_module(uri: &Uri) -> bool {
    path_of(uri).is_some_and(|path| path.extension().is_some_and(|found| found != package::EXTENSION))
}

#[expect(clippy::disallowed_methods, reason = "the pause after typing is one of real time")]
fn now() -> Instant {
    Instant::now()
}
