use super::cube::{Cube, simplified};
use crate::Filter;

/// Which records are permitted: conditions that always apply, denials, and permits of which one must
/// hold.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Product {
    always: Cube,
    denied: Vec<Cube>,
    permitted: Vec<Cube>,
}

/// The shortest form of "one of these permits, and none of these denies" that its rules give.
pub(crate) fn filter(permitted: Vec<Cube>, denied: Vec<Cube>) -> Filter {
    let mut product = Product { always: Cube::EVERYTHING, denied, permitted };
    loop {
        let before = product.clone();
        match product.stepped() {
            None => return Filter::Nothing,
            Some(stepped) if stepped == before => return stepped.expressed(),
            Some(stepped) => product = stepped,
        }
    }
}

impl Product {
    /// The same records in a form that is no longer; `None` when there are none.
    fn stepped(mut self) -> Option<Self> {
        self.permitted = simplified(under(self.always, &self.permitted));
        self.denied = simplified(under(self.always, &self.denied));
        let denied = &self.denied;
        self.permitted.retain(|permit| !denied.iter().any(|denial| permit.implies(*denial)));
        let permitted = &self.permitted;
        self.denied.retain(|denial| permitted.iter().any(|permit| permit.and(*denial).is_possible()));
        let shared = permitted.iter().copied().reduce(Cube::shared)?;
        let opposites = self.denied.iter().filter_map(|denial| denial.opposite());
        self.always = opposites.fold(self.always.and(shared), Cube::and);
        self.always.is_possible().then_some(self)
    }

    fn expressed(self) -> Filter {
        let denied = self.denied.into_iter().map(|cube| Filter::Not(Box::new(all_of(conditions(cube)))));
        let permitted = any_of(self.permitted.into_iter().map(|cube| all_of(conditions(cube))).collect());
        let parts = conditions(self.always).into_iter().chain(denied).chain([permitted]);
        all_of(parts.filter(|part| *part != Filter::All).collect())
    }
}

fn under(always: Cube, cubes: &[Cube]) -> Vec<Cube> {
    cubes.iter().filter_map(|cube| cube.given(always)).collect()
}

fn conditions(cube: Cube) -> Vec<Filter> {
    let not = |fact| Filter::Not(Box::new(Filter::Is(fact)));
    cube.all.iter().map(Filter::Is).chain(cube.none.iter().map(not)).collect()
}

fn all_of(mut parts: Vec<Filter>) -> Filter {
    match parts.len() {
        0 => Filter::All,
        1 => parts.pop().unwrap_or(Filter::Nothing),
        _ => Filter::And(parts),
    }
}

fn any_of(mut parts: Vec<Filter>) -> Filter {
    match parts.len() {
        0 => Filter::Nothing,
        1 => parts.pop().unwrap_or(Filter::Nothing),
        _ => Filter::Or(parts),
    }
}
