mod heap;
mod hold;
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
fn main() {
    for depth in [10, 100, 1_000, 10_000, 100_000, 1_000_000] {
        let (heap, ladder) = hold::measure(depth, 4_000_000.max(2 * depth), 3);
        println!("{depth:>8} heap {heap:6.1} ladder {ladder:6.1}");
    }
}
