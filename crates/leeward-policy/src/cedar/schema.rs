use crate::{Fact, Operation, ResourceType};

/// The type of who asks.
pub(super) const REQUESTER: &str = "Leeward::Requester";
/// The attribute of the context that holds the purpose.
pub(super) const PURPOSE: &str = "purpose";

/// The name of a fact as an attribute of the context.
pub(super) fn attribute(fact: Fact) -> String {
    crate::Member::name(fact).replace('-', "_")
}

/// The name of a type of resource.
pub(super) fn type_name(resource: ResourceType) -> String {
    format!("Leeward::{resource:?}")
}

/// The name of an action: that of the operation.
pub(super) fn action(operation: Operation) -> String {
    format!("Leeward::Action::\"{}\"", crate::Member::name(operation))
}

/// The schema of every policy over our facts: each fact a `Bool` in the context, none optional.
pub(super) fn schema() -> String {
    let facts = Fact::ALL.iter().map(|&fact| format!("    {}: Bool,\n", attribute(fact)));
    let types = ResourceType::ALL.iter().map(|kind| format!("  entity {kind:?};\n"));
    let actions = Operation::ALL.iter().copied().map(applies);
    format!(
        "namespace Leeward {{\n  type Facts = {{\n    {PURPOSE}: String,\n{}  }};\n  entity Requester;\n{}{}}}\n",
        facts.collect::<String>(),
        types.collect::<String>(),
        actions.collect::<String>()
    )
}

fn applies(operation: Operation) -> String {
    format!(
        "  action \"{}\" appliesTo {{ principal: [Requester], resource: [{:?}], context: Facts }};\n",
        crate::Member::name(operation),
        operation.resource()
    )
}
