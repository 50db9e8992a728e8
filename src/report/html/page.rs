//! A page of its own: style, tables that sort, and drawings within it; nothing is fetched.

use std::fmt::Write;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("sort.js");

/// A page in the making.
pub struct Page {
    title: String,
    contents: Vec<(String, String)>,
    body: String,
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

impl Page {
    /// A page with its title and a line below it.
    pub fn new(title: &str, below: &str) -> Page {
        let mut page = Page { title: title.to_owned(), contents: Vec::new(), body: String::new() };
        let _ = writeln!(page.body, "<h1>{}</h1>\n<p class=\"below\">{}</p>", escaped(title), escaped(below));
        page
    }

    /// What it all came to.
    pub fn verdict(&mut self, good: bool, text: &str) {
        let class = if good { "good" } else { "bad" };
        let _ = writeln!(self.body, "<p class=\"verdict {class}\">{}</p>", escaped(text));
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
        let _ = writeln!(self.body, "<p>{}</p>", escaped(text));
    }

    /// A text whose lines and spaces stay as they are, such as a command.
    pub fn code(&mut self, text: &str) {
        let _ = writeln!(self.body, "<pre tabindex=\"0\">{}</pre>", escaped(text));
    }

    /// A list, each item with what leads it.
    pub fn list(&mut self, items: impl IntoIterator<Item = (String, String)>) {
        self.body.push_str("<dl>\n");
        for (lead, text) in items {
            let _ = writeln!(self.body, "<dt>{}</dt><dd>{}</dd>", escaped(&lead), escaped(&text));
        }
        self.body.push_str("</dl>\n");
    }

    /// A drawing with what it shows in words; an SVG document of this program, taken in as it is.
    pub fn figure(&mut self, svg: &str, shows: &str) {
        let shows = escaped(shows);
        let _ = writeln!(
            self.body,
            "<figure><div class=\"drawing\" role=\"img\" tabindex=\"0\" aria-label=\"{shows}\">{}</div><figcaption>{shows}</figcaption></figure>",
            svg.trim_end()
        );
    }

    /// A table that sorts by any column; what begins with a digit stands to the right.
    pub fn table<S: AsRef<str>>(&mut self, caption: &str, head: &[S], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        let numeric = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
            let is_number = |cell: &String| {
                cell.trim_start_matches(['-', '+', '<', '>']).starts_with(|c: char| c.is_ascii_digit())
            };
            cells.clone().next().is_some() && cells.clone().all(is_number)
        };
        let classes: Vec<&str> =
            (0..head.len()).map(|column| if numeric(column) { " class=\"number\"" } else { "" }).collect();
        let _ = writeln!(
            self.body,
            "<div class=\"scroll\" tabindex=\"0\"><table><caption>{}</caption>\n<thead><tr>",
            escaped(caption)
        );
        for (name, class) in head.iter().zip(&classes) {
            let _ = write!(
                self.body,
                "<th scope=\"col\"{class}><button type=\"button\">{}</button></th>",
                escaped(name.as_ref())
            );
        }
        self.body.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.body.push_str("<tr>");
            for (cell, class) in row.iter().zip(&classes) {
                let _ = write!(self.body, "<td{class}>{}</td>", escaped(cell));
            }
            self.body.push_str("</tr>\n");
        }
        self.body.push_str("</tbody></table></div>\n");
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
        let pick = |row: &Vec<String>| used.iter().map(|column| row[*column].clone()).collect::<Vec<_>>();
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
        let contents: String = self
            .contents
            .iter()
            .map(|(id, heading)| format!("<a href=\"#{id}\">{}</a>\n", escaped(heading)))
            .collect();
        let title = escaped(&self.title);
        // The contents stand after the title and what it came to.
        let (head, rest) = self
            .body
            .split_once("<h2")
            .map_or((self.body.as_str(), String::new()), |(head, rest)| (head, format!("<h2{rest}")));
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{head}<nav aria-label=\"Contents\">\n{contents}</nav>\n{rest}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
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
        assert!(text.contains("<td>&lt;i&gt; </td>") && text.contains("&lt;b&gt;"), "{text}");
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
}
