mod clause;
mod column;
mod condition;
mod mapping;
mod render;
mod value;

pub use clause::{Dialect, SqlClause};
pub use column::Column;
pub use condition::Condition;
pub use mapping::SqlMapping;
pub use value::{Operand, Value};
