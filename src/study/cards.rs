//! Flash cards of exam facts and of beliefs that fail: Anki's text import, with identifiers that stay, so that a later import
//! updates what is there; and the same as a sheet.

use crate::model;
use crate::rulebook::{Basis, RuleKind, RuleRef, TOPICS};
use serde::Serialize;

/// A card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Card {
    /// The entry of the rulebook; identifies the card for ever.
    pub id: &'static str,
    /// The question.
    pub front: String,
    /// The answer, its source.
    pub back: String,
    /// What it is about.
    pub topic: &'static str,
}

/// One for each exam fact.
pub fn cards() -> Vec<Card> {
    let exam = model::rules().into_iter().filter(|rule| rule.kind == RuleKind::Exam);
    exam.filter_map(card).collect()
}

fn card(rule: RuleRef) -> Option<Card> {
    let (front, back) = rule.says.split_once('?')?;
    let (source, sure) = match rule.basis {
        Basis::Documented(source) => (source, ""),
        Basis::Reported(source) => (source, "reported: "),
        Basis::Assumed(source) => (source, "assumed: "),
    };
    let topic = TOPICS.get(rule.topic()).map_or("", |(_, title)| *title);
    Some(Card {
        id: rule.id,
        front: format!("{front}?"),
        back: format!("{}\n({sure}{source})", back.trim()),
        topic,
    })
}

/// A JSON array.
pub fn json(cards: &[Card]) -> String {
    serde_json::to_string_pretty(cards).expect("texts can be written") + "\n"
}

/// Text that Anki imports: identifier, front, back, tag; fields are HTML.
pub fn anki(cards: &[Card]) -> String {
    let mut text = "#separator:tab\n#html:true\n#guid column:1\n#columns:Guid\tFront\tBack\tTags\n#tags column:4\n#notetype:Basic\n#deck:mrksim\n".to_owned();
    let field = |text: &str| {
        let safe = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        safe.replace('\t', " ").replace('\n', "<br>")
    };
    for card in cards {
        let tag = card.id.rsplit_once('-').map_or(card.id, |(tag, _)| tag);
        text += &format!("mrksim-{}\t{}\t{}\t{tag}\n", card.id, field(&card.front), field(&card.back));
    }
    text
}

/// A sheet in Markdown: questions and answers by topic.
pub fn sheet(cards: &[Card]) -> String {
    let mut text = "# AWS KMS multi-Region keys: what the exams ask\n".to_owned();
    let mut topic = "";
    for card in cards {
        if card.topic != topic {
            topic = card.topic;
            text += &format!("\n## {topic}\n\n");
        }
        text += &format!("- **{}** {} `{}`\n", card.front, card.back.replace('\n', " "), card.id);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exam_fact_is_a_card_with_an_identifier_of_its_own() {
        let cards = cards();
        let exam = model::rules().into_iter().filter(|rule| rule.kind == RuleKind::Exam).count();
        assert_eq!(cards.len(), exam);
        let mut ids: Vec<&str> = cards.iter().map(|card| card.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), cards.len());
        let text = anki(&cards);
        assert!(
            text.lines().filter(|line| !line.starts_with('#')).all(|line| line.matches('\t').count() == 3)
        );
        assert!(text.contains("\nmrksim-KMS-EX-2\tIs a multi-Region key one global key?\tNo: "), "{text}");
        assert!(sheet(&cards).contains("- **Is a multi-Region key one global key?** No: "));
    }
}
