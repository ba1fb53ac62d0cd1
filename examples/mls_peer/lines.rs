use crate::peer::Peer;
use std::io::{self, BufRead, Read as _, Write};

/// The longest line that is read, in bytes.
pub(crate) const MAX_LINE: usize = 1024 * 1024;

/// Answers each line until there are no more.
pub(crate) fn serve(peer: &Peer, input: &mut impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    while read(input, &mut line)? {
        let whole = line.last() == Some(&b'\n') || line.len() <= MAX_LINE;
        if !whole {
            input.skip_until(b'\n')?;
        }
        let request = whole.then_some(line.as_slice());
        writeln!(output, "{}", pollster::block_on(peer.answer(request)))?;
        output.flush()?;
    }
    Ok(())
}

fn read(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX).saturating_add(1);
    Ok(input.by_ref().take(most).read_until(b'\n', line)? > 0)
}
