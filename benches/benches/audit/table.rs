/// Columns that line up, each row shown as soon as it is known.
pub(crate) struct Table(Vec<usize>);

impl Table {
    /// `first` is how wide the first column is; the others are as wide as their heads, or ten.
    pub(crate) fn new(first: usize, heads: &[&str]) -> Self {
        let rest = heads.iter().skip(1).map(|head| head.chars().count().max(10));
        let table = Self(std::iter::once(first).chain(rest).collect());
        table.row(&heads.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>());
        table
    }

    pub(crate) fn row(&self, cells: &[String]) {
        let (first, rest) = (format!("{:1$}", cells[0], self.0[0]), cells.iter().zip(&self.0).skip(1));
        let rest: String = rest.map(|(cell, width)| format!("  {cell:>width$}")).collect();
        println!("{first}{rest}");
    }
}
