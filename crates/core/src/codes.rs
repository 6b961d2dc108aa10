//! A PG's list of codes as its adapter keeps it: a text file of lines, read once.

use std::collections::HashMap;

use crate::decline::CodeClass;

/// What each code of a PG means, read from lines of `code,classification,reason,message` under a heading line. The message
/// comes last and may hold commas; nothing is quoted.
///
/// Reading never fails, so that a `LazyLock` can hold a table: lines that cannot be used are left out and counted in
/// [`CodeTable::unreadable`], which an adapter's test wants empty.
#[derive(Debug)]
pub struct CodeTable {
    by_code: HashMap<&'static str, CodeClass>,
    unreadable: Vec<usize>,
}

impl CodeTable {
    /// Reads a table.
    pub fn read(text: &'static str) -> Self {
        let mut table = Self { by_code: HashMap::new(), unreadable: Vec::new() };
        for (at, line) in text.lines().enumerate().skip(1) {
            match parse(line) {
                Some((code, class)) if !table.by_code.contains_key(code) => {
                    table.by_code.insert(code, class);
                }
                _ => table.unreadable.push(at + 1),
            }
        }
        table
    }

    /// What a code means. `None` for a code that the list does not have.
    pub fn get(&self, code: &str) -> Option<&CodeClass> {
        self.by_code.get(code)
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.by_code.len()
    }

    /// Whether there is no code at all.
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }

    /// The numbers of lines that were left out: too few columns, an unknown classification, or a code for the second time.
    pub fn unreadable(&self) -> &[usize] {
        &self.unreadable
    }
}

fn parse(line: &'static str) -> Option<(&'static str, CodeClass)> {
    let mut columns = line.splitn(4, ',');
    let (code, class, reason) = (columns.next()?, columns.next()?, columns.next()?);
    columns.next()?;
    if code.is_empty() {
        return None;
    }
    Some((code, CodeClass::from_table(class, reason)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decline::DeclineReason;

    #[test]
    fn a_line_that_cannot_be_used_is_counted_and_not_guessed() {
        let table = CodeTable::read(
            "code,classification,reason,message\n\
             01,new_card,expired_or_wrong_expiry,late, too late\n\
             02,newcard,expired_or_wrong_expiry,typo\n\
             03,new_card\n\
             01,success,ok,twice\n",
        );
        assert_eq!(table.get("01"), Some(&CodeClass::Decline(DeclineReason::Expired)));
        assert_eq!((table.len(), table.unreadable()), (1, &[3, 4, 5][..]));
        assert_eq!(table.get("02"), None);
    }
}
