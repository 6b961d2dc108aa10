//! The exit codes. They are stable.

use std::process::ExitCode;

use kr_billing::{Error, ErrorKind, Operation, Reach};

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// It is done, or the question is answered.
    Done = 0,
    /// Declined, or refused by the provider; the thing asked about is not there.
    Refused = 1,
    /// The call or the configuration is wrong: mend it.
    Usage = 2,
    /// It may have happened. Keep the ticket; do not repeat the call under another id.
    InDoubt = 3,
    /// Nothing happened, since the server could not be reached or gave no usable answer: the call may be repeated.
    NotSent = 4,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// What an error means for whoever runs the command.
    ///
    /// A refused key pair is wrong configuration and not a refusal: a script that marks members as declined on 1 must not do so
    /// because of it.
    pub(crate) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::Configuration | ErrorKind::Unsupported | ErrorKind::Unauthorized => {
                if error.reach() == Reach::Unclear && acts(error.operation()) { Self::InDoubt } else { Self::Usage }
            }
            _ if error.reach() == Reach::Unclear && acts(error.operation()) => Self::InDoubt,
            ErrorKind::Mismatch if !acts(error.operation()) => Self::NotSent,
            ErrorKind::NotFound
            | ErrorKind::Rejected
            | ErrorKind::OrderConflict
            | ErrorKind::BalanceChanged
            | ErrorKind::Mismatch => Self::Refused,
            _ => Self::NotSent,
        }
    }
}

/// Whether an operation changes anything: only then can an unclear end be a doubt.
fn acts(operation: Operation) -> bool {
    !matches!(
        operation,
        Operation::Configure
            | Operation::Token
            | Operation::LookUpPayment
            | Operation::ListPayments
            | Operation::LookUpKey
            | Operation::LookUpSchedule
            | Operation::ReadWindowResult
            | Operation::OpenWindow
            | Operation::ReadAccount
            | Operation::Resume
    )
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubt_is_only_about_what_acts() {
        let error = |operation, reach, kind| Exit::of(&Error::new(operation, reach, kind, "x"));
        assert_eq!(error(Operation::Charge, Reach::Unclear, ErrorKind::Timeout), Exit::InDoubt);
        assert_eq!(error(Operation::LookUpPayment, Reach::Unclear, ErrorKind::Timeout), Exit::NotSent);
        assert_eq!(error(Operation::Refund, Reach::Refused, ErrorKind::Rejected), Exit::Refused);
        assert_eq!(error(Operation::Charge, Reach::NotSent, ErrorKind::Unreachable), Exit::NotSent);
        assert_eq!(error(Operation::Token, Reach::Refused, ErrorKind::Unauthorized), Exit::Usage);
    }
}
