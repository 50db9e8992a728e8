//! A page of its own: style, tables that sort, and drawings within it; nothing is fetched.

use std::fmt::Write;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("sort.js");

/// Cells of at most so many characters stay on one line.
const SHORT: usize = 24;

/// Cells that say nothing.
const NOTHING: [&str; 2] = ["", "–"];

/// A page in the making.
pub struct Page {
    title: String,
    /// What stands above the contents: title and what it came to.
    lead: String,
    contents: Vec<(String, String)>,
    body: String,
    tables: usize,
}

/// Text as HTML shows it.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // HTML knows no control characters.
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// Text in which addresses are links.
fn linked(text: &str) -> String {
    let word = |word: &str| {
        let address = word.trim_end_matches([',', ';', '.', ')']);
        match address.starts_with("https://") {
            true => {
                let (address, rest) = (escaped(address), escaped(&word[address.len()..]));
                format!("<a href=\"{address}\">{address}</a>{rest}")
            }
            false => escaped(word),
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// A decimal number with as many digits as people read: three after the point, of small ones three in all.
fn rounded(cell: &str) -> String {
    let long = cell.split_once('.').is_some_and(|(_, part)| part.len() > 3);
    let Some(number) = cell.parse::<f64>().ok().filter(|number| long && number.is_finite()) else {
        return cell.to_owned();
    };
    let small = number != 0.0 && number.abs() < 1.0;
    let places = if small { 2.0 - libm::floor(libm::log10(number.abs())) } else { 3.0 };
    let text = format!("{number:.*}", places as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The class of a column: numbers stand to the right, what is short stays on one line.
fn class(rows: &[Vec<String>], column: usize) -> &'static str {
    let mut cells = rows
        .iter()
        .filter_map(|row| row.get(column))
        .filter(|cell| !NOTHING.contains(&cell.as_str()))
        .peekable();
    let is_number = |cell: &String| {
        cell.trim_start_matches(['-', '+', '<', '>']).starts_with(|c: char| c.is_ascii_digit())
    };
    if cells.peek().is_some() && cells.clone().all(is_number) {
        " class=\"number\""
    } else if cells.all(|cell| cell.chars().count() <= SHORT) {
        " class=\"short\""
    } else {
        ""
    }
}

impl Page {
    /// A page with its title and a line below it.
    pub fn new(title: &str, below: &str) -> Page {
        let lead = format!("<h1>{}</h1>\n<p class=\"below\">{}</p>\n", escaped(title), escaped(below));
        Page { title: title.to_owned(), lead, contents: Vec::new(), body: String::new(), tables: 0 }
    }

    /// Where the next piece goes: what comes before the first heading stands above the contents.
    fn out(&mut self) -> &mut String {
        if self.contents.is_empty() { &mut self.lead } else { &mut self.body }
    }

    /// What it all came to, be it good, bad or neither.
    pub fn verdict(&mut self, good: Option<bool>, text: &str) {
        let class = good.map_or("", |good| if good { " good" } else { " bad" });
        let _ = writeln!(self.out(), "<p class=\"verdict{class}\">{}</p>", escaped(text));
    }

    /// A heading, which stands in the contents, too.
    pub fn section(&mut self, heading: &str) {
        let id: String =
            heading.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let _ = writeln!(self.body, "<h2 id=\"{id}\">{}</h2>", escaped(heading));
        self.contents.push((id, heading.to_owned()));
    }

    /// A paragraph.
    pub fn text(&mut self, text: &str) {
        let _ = writeln!(self.out(), "<p>{}</p>", escaped(text));
    }

    /// A text whose lines and spaces stay as they are, such as a command.
    pub fn code(&mut self, text: &str) {
        let lines: Vec<String> = text.trim_end().lines().map(escaped).collect();
        let _ = writeln!(self.out(), "<pre data-scrolls>{}</pre>", lines.join("\n"));
    }

    /// A drawing, an SVG document of this program taken in as it is, and what is to be seen in it. A screen reader
    /// reads that once: as the drawing's name.
    pub fn figure(&mut self, svg: &str, title: &str, says: &str) {
        let (title, says) = (escaped(title), escaped(says));
        let svg = svg.trim_end().replacen(
            "<svg ",
            &format!("<svg role=\"img\" aria-label=\"{title}. {says}\" "),
            1,
        );
        let _ = writeln!(
            self.out(),
            "<figure><div class=\"drawing\" role=\"group\" aria-label=\"Drawing: {title}\" data-scrolls>{svg}</div><figcaption aria-hidden=\"true\">{says}</figcaption></figure>",
        );
    }

    /// A table that sorts by any column.
    pub fn table<S: AsRef<str>>(&mut self, caption: &str, head: &[S], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        self.tables += 1;
        let id = format!("table-{}", self.tables);
        let classes: Vec<&str> = (0..head.len()).map(|column| class(rows, column)).collect();
        let out = self.out();
        let _ = writeln!(
            out,
            "<div class=\"scroll\" role=\"group\" aria-labelledby=\"{id}\" data-scrolls><table><caption><span id=\"{id}\">{}</span></caption>\n<thead><tr>",
            escaped(caption)
        );
        for (name, class) in head.iter().zip(&classes) {
            let name = escaped(name.as_ref());
            let _ = write!(out, "<th scope=\"col\"{class}><button type=\"button\">{name}</button></th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            out.push_str("<tr>");
            for (cell, class) in row.iter().zip(&classes) {
                let _ = write!(out, "<td{class}>{}</td>", linked(cell));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n");
    }

    /// A table from CSV with its header, those columns that have anything in them; at most so many rows.
    pub fn csv(&mut self, caption: &str, text: &str, most: usize) {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head: Vec<String> =
            reader.headers().map(|head| head.iter().map(str::to_owned).collect()).unwrap_or_default();
        let all: Vec<Vec<String>> =
            reader.records().flatten().map(|row| row.iter().map(str::to_owned).collect()).collect();
        let used: Vec<usize> =
            (0..head.len()).filter(|column| all.iter().any(|row| !row[*column].is_empty())).collect();
        let pick = |row: &Vec<String>| used.iter().map(|column| rounded(&row[*column])).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = all.iter().take(most).map(pick).collect();
        let caption = match all.len() > most {
            true => format!("{caption} (the first {most} of {})", all.len()),
            false => caption.to_owned(),
        };
        let head: Vec<String> = pick(&head).iter().map(|name| name.replace('_', " ")).collect();
        self.table(&caption, &head, &rows);
    }

    /// The whole document.
    pub fn finish(self) -> String {
        let Page { title, lead, contents, body, .. } = self;
        let contents: String = contents
            .iter()
            .map(|(id, heading)| format!("<a href=\"#{id}\">{}</a>\n", escaped(heading)))
            .collect();
        let title = escaped(&title);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip the contents</a>\n<header>\n{lead}</header>\n<nav aria-label=\"Contents\">\n{contents}</nav>\n<main id=\"main\" tabindex=\"-1\">\n{body}</main>\n<p class=\"unseen\" role=\"status\"></p>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_user_writes_becomes_markup() {
        let mut page = Page::new("<script>alert(1)</script>", "a & b");
        page.section("What's \"new\"?");
        page.table("x", &["<b>"], &[vec!["<i>\u{0}".to_owned()]]);
        let text = page.finish();
        assert!(
            text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && text.contains("a &amp; b"),
            "{text}"
        );
        assert!(text.contains("<td class=\"short\">&lt;i&gt; </td>") && text.contains("&lt;b&gt;"), "{text}");
        assert!(text.contains("id=\"what-s--new--\""), "{text}");
        assert_eq!(text.matches("<script>").count(), 1, "ours");
    }

    #[test]
    fn a_csv_becomes_a_table_without_empty_columns() {
        let mut page = Page::new("t", "");
        page.csv("rows", "a,b_s,c\n1,,x\n2,,\"y, z\"\n", 1);
        let text = page.finish();
        assert!(
            text.contains("rows (the first 1 of 2)") && !text.contains("b s") && !text.contains("y, z"),
            "{text}"
        );
        assert!(
            text.contains("<th scope=\"col\" class=\"number\"><button type=\"button\">a</button>"),
            "{text}"
        );
    }

    #[test]
    fn addresses_become_links_and_lines_stay_lines() {
        let mut page = Page::new("t", "");
        page.section("s");
        page.code("one\n  two\n");
        page.table("x", &["source"], &[vec!["see https://example.org/a?b=1&c=<2>, page 3".to_owned()]]);
        let text = page.finish();
        assert!(text.contains(">one\n  two</pre>"), "{text}");
        let link = "see <a href=\"https://example.org/a?b=1&amp;c=&lt;2&gt;\">https://example.org/a?b=1&amp;c=&lt;2&gt;</a>, page 3";
        assert!(text.contains(link), "{text}");
    }

    #[test]
    fn numbers_have_as_many_digits_as_people_read() {
        let pairs = [
            ("0.8196535152000001", "0.82"),
            ("-6837.6318066544", "-6837.632"),
            ("0.0000123456", "0.0000123"),
            ("17988", "17988"),
            ("0.0000", "0"),
            ("region-1.2345", "region-1.2345"),
            ("2.125", "2.125"),
        ];
        for (long, short) in pairs {
            assert_eq!(rounded(long), short);
        }
    }
}
