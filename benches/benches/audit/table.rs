/// Columns that line up.
pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    pub(crate) fn new(heads: &[&str]) -> Self {
        Self(vec![heads.iter().map(|head| (*head).to_owned()).collect()])
    }

    pub(crate) fn row(&mut self, cells: &[String]) {
        self.0.push(cells.to_vec());
    }

    pub(crate) fn print(&self) {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.0[0].len()).map(width).collect();
        for row in &self.0 {
            let (first, rest) = (format!("{:1$}", row[0], widths[0]), row.iter().zip(&widths).skip(1));
            let rest: String = rest.map(|(cell, width)| format!("  {cell:>width$}")).collect();
            println!("{first}{rest}");
        }
    }
}
