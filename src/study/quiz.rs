//! Exam questions. A question is a scenario; right is what holds when it has been played, and nobody writes that down.

use super::what_if::wrapped;
use crate::model::{self, setup::Question};
use crate::rulebook::{Basis, RuleRef};
use crate::runlog::expression::Value;
use crate::runlog::{RunLog, metrics};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// What a choice came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Came {
    /// Whether all of it holds.
    pub holds: bool,
    /// The value of the metric of each of its expressions.
    pub values: Vec<Value>,
}

/// The answer key: what each choice came to in the run. `None`: a choice asks for something that has no value, so that the
/// question cannot be answered.
pub fn key(question: &Question, log: &RunLog) -> Option<Vec<Came>> {
    let came = |choice: &model::setup::Choice| {
        let values = choice.holds.iter().map(|one| metrics::evaluate(log, &one.expression));
        let values: Vec<Value> = values.collect();
        let mut both = choice.holds.iter().zip(&values);
        let holds = both.all(|(one, value)| metrics::holds(value, one.expression.op, &one.expression.bound));
        (!values.contains(&Value::NotAvailable)).then_some(Came { holds, values })
    };
    question.choices.iter().map(came).collect()
}

/// `a`, `b`, …
pub fn letter(index: usize) -> char {
    char::from(b'a' + (index % 26) as u8)
}

/// Choices by their letters: `b`, `ac`, `a, c`; `None`: that is no answer to this question.
pub fn answer(text: &str, choices: usize) -> Option<Vec<usize>> {
    let letters = text.chars().filter(|c| !c.is_whitespace() && *c != ',');
    let index = |c: char| {
        let index = (c.to_ascii_lowercase() as usize).checked_sub('a' as usize)?;
        (index < choices).then_some(index)
    };
    let mut chosen: Vec<usize> = letters.map(index).collect::<Option<_>>()?;
    chosen.sort_unstable();
    chosen.dedup();
    (!chosen.is_empty()).then_some(chosen)
}

/// The question as it is asked; `order`: the choices in the order in which they are shown.
pub fn asked(question: &Question, order: &[usize], width: usize) -> String {
    let mut text: String = wrapped(&question.text, width).into_iter().map(|line| line + "\n").collect();
    if question.correct > 1 {
        text += &format!("(Choose {}.)\n", question.correct);
    }
    text.push('\n');
    for (place, index) in order.iter().enumerate() {
        for (line, part) in
            wrapped(&question.choices[*index].text, width.saturating_sub(5)).into_iter().enumerate()
        {
            let lead = if line == 0 { format!("  {}) ", letter(place)) } else { "     ".to_owned() };
            text += &format!("{lead}{part}\n");
        }
    }
    text
}

/// Whether the letters are those of the choices that hold, and of no other.
pub fn right(came: &[Came], order: &[usize], given: &[usize]) -> bool {
    order.iter().enumerate().all(|(place, index)| came[*index].holds == given.contains(&place))
}

/// What the run showed: each choice with what it came to, what happened, the rules that decided, the facts.
pub fn shown(question: &Question, came: &[Came], order: &[usize], log: &RunLog, width: usize) -> String {
    let mut text = String::new();
    for (place, index) in order.iter().enumerate() {
        let (choice, came) = (&question.choices[*index], &came[*index]);
        let mark = if came.holds { "✓" } else { "✗" };
        for (number, (one, value)) in choice.holds.iter().zip(&came.values).enumerate() {
            let lead = if number == 0 { format!("{mark} {})", letter(place)) } else { " and".to_owned() };
            text += &format!("  {lead} {} — it came to {value}\n", one.text);
        }
    }
    let steps: Vec<String> = log
        .answers
        .iter()
        .take(STEPS)
        .map(|answer| {
            let came = answer.error.clone().unwrap_or_else(|| "ok".to_owned());
            let rule = answer.rule.map(|rule| format!(" ({})", rule.id)).unwrap_or_default();
            let command = crate::report::cut(&answer.command, width.saturating_sub(40).max(30));
            format!("  {:<9} {command}: {came}{rule}\n", answer.time.to_string())
        })
        .collect();
    if !steps.is_empty() {
        text += "\nWhat was typed\n";
        text += &steps.concat();
    }
    text += &sources(question, log, width);
    text
}

/// Steps that are shown, and rules, at most.
const STEPS: usize = 8;
const RULES: usize = 4;

/// The same for scripts.
pub fn told(
    name: &str,
    question: &Question,
    came: &[Came],
    order: &[usize],
    given: &[usize],
    log: &RunLog,
) -> serde_json::Value {
    let choice = |(place, index): (usize, &usize)| {
        let (choice, came) = (&question.choices[*index], &came[*index]);
        let each = choice.holds.iter().zip(&came.values);
        let each = each.map(|(one, value)| json!({ "expression": one.text, "value": value.to_string() }));
        json!({
            "letter": letter(place),
            "text": choice.text,
            "holds": came.holds,
            "came": each.collect::<Vec<_>>(),
        })
    };
    json!({
        "name": name,
        "topic": question.topic,
        "text": question.text,
        "choices": order.iter().enumerate().map(choice).collect::<Vec<_>>(),
        "given": given.iter().map(|place| letter(*place)).collect::<Vec<_>>(),
        "right": right(came, order, given),
        "rules": rules(question, log).iter().map(|rule| rule.id).collect::<Vec<_>>(),
    })
}

/// The facts that the question is about, then the rules that decided in the run.
fn rules(question: &Question, log: &RunLog) -> Vec<RuleRef> {
    let known = model::rules();
    let facts = question.facts.iter().filter_map(|id| known.iter().find(|rule| rule.id == id).copied());
    let refused = log.answers.iter().filter_map(|answer| answer.rule);
    let noted = log.events.iter().filter_map(|event| event.rule);
    let mut rules = Vec::new();
    for rule in facts.chain(refused.chain(noted).take(40)) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules.truncate(question.facts.len() + RULES);
    rules
}

fn sources(question: &Question, log: &RunLog, width: usize) -> String {
    let mut text = "\nWhy\n".to_owned();
    for rule in rules(question, log) {
        let source = match rule.basis {
            Basis::Documented(source) => source.to_owned(),
            Basis::Reported(source) => format!("reported: {source}"),
            Basis::Assumed(why) => format!("assumed: {why}"),
        };
        let said = format!("{} ({source})", rule.says);
        for (line, part) in wrapped(&said, width.saturating_sub(15)).into_iter().enumerate() {
            text += &format!("  {:<12} {part}\n", if line == 0 { rule.id } else { "" });
        }
    }
    text
}

/// How often a question was asked and answered right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// How often it was asked.
    pub asked: u32,
    /// How often the answer was right.
    pub right: u32,
}

/// What somebody has answered so far, by question: one small file that may be deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// By the question's name.
    #[serde(default)]
    pub questions: BTreeMap<String, Score>,
}

impl Progress {
    /// Notes an answer.
    pub fn note(&mut self, name: &str, right: bool) {
        let score = self.questions.entry(name.to_owned()).or_default();
        score.asked += 1;
        score.right += u32::from(right);
    }

    /// What comes first: what was never asked, then what was more often wrong than right.
    pub fn rank(&self, name: &str) -> u32 {
        match self.questions.get(name) {
            None => 0,
            Some(score) if score.right * 2 < score.asked => 1,
            Some(score) if score.right < score.asked => 2,
            Some(_) => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_letters() {
        assert_eq!(answer("b", 4), Some(vec![1]));
        assert_eq!(answer(" C, a ", 4), Some(vec![0, 2]));
        assert_eq!(answer("aa", 4), Some(vec![0]));
        assert_eq!(
            (answer("e", 4), answer("", 4), answer("1", 4), answer("A-", 4)),
            (None, None, None, None)
        );
    }

    #[test]
    fn what_was_wrong_comes_before_what_was_right() {
        let mut progress = Progress::default();
        progress.note("right", true);
        progress.note("wrong", false);
        let mut names = ["right", "wrong", "new"];
        names.sort_by_key(|name| progress.rank(name));
        assert_eq!(names, ["new", "wrong", "right"]);
        let text = toml::to_string(&progress).expect("TOML");
        assert_eq!(toml::from_str::<Progress>(&text).expect("the same"), progress);
    }
}
