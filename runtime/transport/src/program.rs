//! The agent's program, which is sent to machines that do not have it.

use std::fmt::Write as _;
use std::sync::Arc;

use mc_protocol::operator::announce;

/// The largest program in bytes.
pub const MAX_SIZE: usize = 64 << 20;

/// A program for Linux machines. Clones share the bytes.
#[derive(Clone)]
pub struct AgentProgram {
    bytes: Arc<[u8]>,
    digest: [u8; 32],
    machine: Machine,
}

impl std::fmt::Debug for AgentProgram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AgentProgram({} bytes, {}, {})", self.bytes.len(), self.machine.name(), self.digest_hex())
    }
}

/// Bytes that are not an agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// Not an ELF executable.
    #[error("it is not a program for Linux")]
    NotElf,
    /// Larger than [`MAX_SIZE`].
    #[error("it is larger than {MAX_SIZE} bytes")]
    TooLarge,
}

/// The machine in an ELF header (`e_machine`) with its byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Machine {
    number: u16,
    little_endian: bool,
}

/// `e_machine`, byte order, and what `uname -m` says on machines that run such programs.
const MACHINES: &[(u16, bool, &[&str])] = &[
    (62, true, &["x86_64"]),
    (3, true, &["i386", "i486", "i586", "i686", "x86_64"]),
    (183, true, &["aarch64"]),
    (40, true, &["armv6l", "armv7l", "armv8l"]),
    (243, true, &["riscv64"]),
    (21, true, &["ppc64le"]),
    (22, false, &["s390x"]),
];

impl Machine {
    fn names(self) -> Option<&'static [&'static str]> {
        let row = MACHINES.iter().find(|row| (row.0, row.1) == (self.number, self.little_endian))?;
        Some(row.2)
    }

    fn name(self) -> String {
        let first = self.names().and_then(|names| names.first());
        first.map_or_else(|| format!("ELF machine {}", self.number), |name| (*name).to_owned())
    }
}

impl AgentProgram {
    /// # Errors
    /// Bytes that no Linux machine could run.
    pub fn new(bytes: Vec<u8>) -> Result<Self, ProgramError> {
        if bytes.len() > MAX_SIZE {
            return Err(ProgramError::TooLarge);
        }
        let machine = machine(&bytes).ok_or(ProgramError::NotElf)?;
        Ok(Self { digest: announce(&bytes).digest, bytes: bytes.into(), machine })
    }

    /// The program's file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its SHA-256.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The same in hexadecimal digits.
    pub fn digest_hex(&self) -> String {
        self.digest.iter().fold(String::with_capacity(64), |mut out, byte| {
            // invariant: writing to a string does not fail
            let _ = write!(out, "{byte:02x}");
            out
        })
    }

    /// What it is built for, by the name that `uname -m` has there.
    pub fn machine(&self) -> String {
        self.machine.name()
    }

    /// Whether it runs where `uname -s` and `uname -m` say this. A machine of unknown kind is not kept out.
    pub fn runs_on(&self, system: &str, machine: &str) -> bool {
        system == "Linux" && self.machine.names().is_none_or(|names| names.contains(&machine))
    }
}

/// The machine in an ELF header: bytes 0 to 3 are the magic, 5 is the byte order, 18 and 19 the machine.
fn machine(bytes: &[u8]) -> Option<Machine> {
    let header: &[u8; 20] = bytes.first_chunk()?;
    let [0x7f, b'E', b'L', b'F', _, order, .., low, high] = *header else { return None };
    let little_endian = match order {
        1 => true,
        2 => false,
        _ => return None,
    };
    let number =
        if little_endian { u16::from_le_bytes([low, high]) } else { u16::from_be_bytes([low, high]) };
    Some(Machine { number, little_endian })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn elf(order: u8, machine: [u8; 2]) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02".to_vec();
        bytes.push(order);
        bytes.resize(18, 0);
        bytes.extend(machine);
        bytes
    }

    #[test]
    fn a_program_knows_its_machines() {
        let x86 = AgentProgram::new(elf(1, [62, 0])).unwrap();
        assert_eq!(x86.machine(), "x86_64");
        assert!(x86.runs_on("Linux", "x86_64"));
        assert!(!x86.runs_on("Linux", "aarch64"));
        assert!(!x86.runs_on("FreeBSD", "x86_64"));
        let old = AgentProgram::new(elf(1, [3, 0])).unwrap();
        assert!(old.runs_on("Linux", "x86_64") && old.runs_on("Linux", "i686"));
        let big = AgentProgram::new(elf(2, [0, 22])).unwrap();
        assert_eq!(big.machine(), "s390x");
        let strange = AgentProgram::new(elf(1, [0xef, 0xbe])).unwrap();
        assert_eq!(strange.machine(), "ELF machine 48879");
        assert!(strange.runs_on("Linux", "anything"));
    }

    #[test]
    fn a_script_is_no_program() {
        assert_eq!(
            AgentProgram::new(b"#!/bin/sh\nexit 0\n\n\n\n".to_vec()).unwrap_err(),
            ProgramError::NotElf
        );
        assert_eq!(AgentProgram::new(b"\x7fELF".to_vec()).unwrap_err(), ProgramError::NotElf);
        assert_eq!(AgentProgram::new(vec![0; MAX_SIZE + 1]).unwrap_err(), ProgramError::TooLarge);
    }
}
