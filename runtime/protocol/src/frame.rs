//! Framing: the length of a message as a varint, then the message (the delimited form of Protocol Buffers).

use std::io::{self, Read, Write};

use prost::Message;

/// The largest message in bytes. Nothing is allocated for a longer one.
pub const MAX_MESSAGE: usize = 1 << 20;

/// A varint of a length up to [`MAX_MESSAGE`] never needs more bytes; a longer one is refused unread.
const MAX_LENGTH_BYTES: usize = 4;

/// Why a message could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// A message that is longer than allowed, or a length that is none.
    #[error("a message of more than {MAX_MESSAGE} bytes")]
    TooLong,
    /// The bytes are not such a message.
    #[error("not a message: {0}")]
    Garbage(#[from] prost::DecodeError),
    /// The stream ended in the middle of a message.
    #[error("the connection was cut in the middle of a message")]
    Cut,
    /// The stream failed.
    #[error("the connection failed: {0}")]
    Io(#[source] io::Error),
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Cut,
            _ => Self::Io(error),
        }
    }
}

/// Reads messages. Give it a buffered reader: lengths are read byte by byte.
#[derive(Debug)]
pub struct Reader<R> {
    inner: R,
    buffer: Vec<u8>,
}

impl<R: Read> Reader<R> {
    /// Reads from `inner`.
    pub fn new(inner: R) -> Self {
        Self { inner, buffer: Vec::new() }
    }

    /// The next message; none if the stream ended after the last one.
    ///
    /// # Errors
    /// All of [`FrameError`]. The stream is of no use afterwards.
    pub(crate) fn read<M: Message + Default>(&mut self) -> Result<Option<M>, FrameError> {
        let Some(length) = self.length()? else { return Ok(None) };
        self.buffer.resize(length, 0);
        self.inner.read_exact(&mut self.buffer)?;
        Ok(Some(M::decode(self.buffer.as_slice())?))
    }

    fn length(&mut self) -> Result<Option<usize>, FrameError> {
        let mut length = 0;
        for position in 0..MAX_LENGTH_BYTES {
            let Some(byte) = self.byte()? else {
                return if position == 0 { Ok(None) } else { Err(FrameError::Cut) };
            };
            length |= usize::from(byte & 0x7f) << (7 * position);
            if byte & 0x80 == 0 {
                return if length > MAX_MESSAGE { Err(FrameError::TooLong) } else { Ok(Some(length)) };
            }
        }
        Err(FrameError::TooLong)
    }

    fn byte(&mut self) -> Result<Option<u8>, FrameError> {
        let mut byte = [0];
        loop {
            match self.inner.read(&mut byte) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(byte[0])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Writes messages.
#[derive(Debug)]
pub struct Writer<W> {
    inner: W,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes to `inner`, each message at once.
    pub fn new(inner: W) -> Self {
        Self { inner, buffer: Vec::new() }
    }

    /// Writes a message and flushes it.
    ///
    /// # Errors
    /// [`FrameError::TooLong`] if the message is, with nothing written; [`FrameError::Io`].
    pub(crate) fn write<M: Message>(&mut self, message: &M) -> Result<(), FrameError> {
        if message.encoded_len() > MAX_MESSAGE {
            return Err(FrameError::TooLong);
        }
        self.buffer.clear();
        prost::encode_length_delimiter(message.encoded_len(), &mut self.buffer)
            .and_then(|()| message.encode(&mut self.buffer))
            .map_err(io::Error::other)?;
        self.inner.write_all(&self.buffer)?;
        self.inner.flush()?;
        Ok(())
    }
}
