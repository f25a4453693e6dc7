//! Why there is no session with an agent, or why its end is not known.

/// A failure of a connection. Details come from programs and other machines; they are made safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nobody answers there, or the name is not known.
    #[error("the host is unreachable: {0}")]
    Unreachable(String),
    /// The host does not have the key that is known for it.
    #[error("the host's key is not the one that is known for it; somebody may be listening in: {0}")]
    HostKeyChanged(String),
    /// No key is known for the host.
    #[error("no key is known for the host: {0}")]
    HostKeyUnknown(String),
    /// The host does not let this login in.
    #[error("the login was refused: {0}")]
    LoginRefused(String),
    /// The login is not root and may not become it without a password.
    #[error("the login may not use sudo without a password: {0}")]
    SudoRefused(String),
    /// The agent is for other machines.
    #[error("the agent is built for {agent} and the host is {host}")]
    OtherMachine {
        /// What the agent was built for.
        agent: String,
        /// What the host says it is.
        host: String,
    },
    /// The agent could not be put on the host, or not be started.
    #[error("the agent cannot be started: {0}")]
    NotStarted(String),
    /// The agent that started is not the one that was asked for: its file on the host is damaged.
    #[error("the agent on the host is damaged")]
    Damaged,
    /// This end and the agent have no protocol in common.
    #[error("no common protocol: {0}")]
    NoCommonProtocol(String),
    /// The agent says things that make no sense.
    #[error("the agent breaks the protocol: {0}")]
    Protocol(String),
    /// The connection ended before the agent had said how the run ended.
    #[error("the connection was cut, and how the run ended is not known: {0}")]
    Cut(String),
    /// The agent ended before it had said how the run ended.
    #[error("the agent ended early ({status}): {detail}")]
    Died {
        /// How it ended.
        status: String,
        /// What it said last.
        detail: String,
    },
    /// The program for the connection could not be started here.
    #[error("cannot start ssh: {0}")]
    NoSsh(String),
}

impl Failure {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "MC6001",
            Self::HostKeyChanged(_) => "MC6002",
            Self::HostKeyUnknown(_) => "MC6003",
            Self::LoginRefused(_) => "MC6004",
            Self::SudoRefused(_) => "MC6005",
            Self::OtherMachine { .. } => "MC6006",
            Self::NotStarted(_) => "MC6007",
            Self::Damaged => "MC6008",
            Self::NoCommonProtocol(_) => "MC6009",
            Self::Protocol(_) => "MC6010",
            Self::Cut(_) => "MC6011",
            Self::Died { .. } => "MC6012",
            Self::NoSsh(_) => "MC6013",
        }
    }

    /// A short name for tables and for machines.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::HostKeyChanged(_) => "host-key-changed",
            Self::HostKeyUnknown(_) => "host-key-unknown",
            Self::LoginRefused(_) => "login-refused",
            Self::SudoRefused(_) => "sudo-refused",
            Self::OtherMachine { .. } => "other-machine",
            Self::NotStarted(_) => "not-started",
            Self::Damaged => "agent-damaged",
            Self::NoCommonProtocol(_) => "no-common-protocol",
            Self::Protocol(_) => "protocol-broken",
            Self::Cut(_) => "cut",
            Self::Died { .. } => "agent-died",
            Self::NoSsh(_) => "no-ssh",
        }
    }

    /// What to do about it, where that is clear.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::HostKeyChanged(_) => {
                "find out why first; only if the host was reinstalled, remove the old key with `ssh-keygen -R`"
            }
            Self::HostKeyUnknown(_) => {
                "add the host's key to known_hosts; compare it with the host's own first"
            }
            Self::LoginRefused(_) => {
                "nothing is ever asked for: the key must be in the ssh agent or unencrypted"
            }
            Self::SudoRefused(_) => "log in as root, or allow `sudo -n /bin/sh` for this login",
            Self::OtherMachine { .. } => "name an agent for this kind of machine with `--agent`",
            Self::Damaged => {
                "remove the agent's folder below the state folder on the host; it is uploaded again"
            }
            Self::Cut(_) | Self::Died { .. } => "push again: a run that was cut off is taken up",
            _ => return None,
        })
    }
}
