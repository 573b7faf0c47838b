//! stub
use crate::channel::*;
pub(crate) fn is_settlement(_: &str) -> bool {
    false
}
pub(crate) fn read(_: &str) -> Result<StatementFile, Refused> {
    Err(Refused::new(RefusedCode::Empty, "", ""))
}
