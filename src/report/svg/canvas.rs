//! A sheet to draw on. The only file that knows what draws: plotters' SVG back end, which needs no font and no C.
//!
//! Lengths are pixels at the drawing's natural size. The back end counts whole units, so a pixel is four of them.

use super::BAD;
use crate::report::cut;
use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle};

const UNITS: f64 = 4.0;
const FONTS: &str = "system-ui, -apple-system, Helvetica Neue, Helvetica, Arial, sans-serif";

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

/// Which end of a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Left,
    Middle,
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Font {
    pub size: f64,
    pub color: Color,
    pub bold: bool,
    pub anchor: Anchor,
}

/// Drawing commands, collected until the size of the sheet is known.
pub struct Canvas {
    pub width: f64,
    height: f64,
    svg: String,
}

impl Canvas {
    /// An empty sheet of this size in pixels, filled with a colour.
    pub fn new(width: f64, height: f64, background: Color) -> Canvas {
        let mut canvas = Canvas { width, height, svg: String::new() };
        canvas.rect((0.0, 0.0), (width, height), background, 1.0);
        canvas
    }

    /// A filled rectangle between two corners; `alpha` 1 is opaque.
    pub fn rect(&mut self, from: (f64, f64), to: (f64, f64), color: Color, alpha: f64) {
        self.draw(|back| back.draw_rect(units(from), units(to), &style(color, alpha, 0.0), true));
    }

    /// The outline of a rectangle.
    pub fn frame(&mut self, from: (f64, f64), to: (f64, f64), color: Color, stroke: f64) {
        self.draw(|back| back.draw_rect(units(from), units(to), &style(color, 1.0, stroke), false));
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f64, f64)], color: Color, stroke: f64) {
        let points: Vec<_> = points.iter().map(|point| units(*point)).collect();
        self.draw(|back| back.draw_path(points, &style(color, 1.0, stroke)));
    }

    /// A disc.
    pub fn disc(&mut self, center: (f64, f64), radius: f64, color: Color) {
        self.draw(|back| {
            back.draw_circle(units(center), (radius * UNITS) as u32, &style(color, 1.0, 0.0), true)
        });
    }

    /// A cross for what was refused or never came.
    pub fn cross(&mut self, (x, y): (f64, f64), half: f64) {
        self.line(&[(x - half, y - half), (x + half, y + half)], BAD, 2.0);
        self.line(&[(x - half, y + half), (x + half, y - half)], BAD, 2.0);
    }

    /// A text whose middle line is at the point.
    pub fn text(&mut self, at: (f64, f64), text: &str, font: Font) {
        // XML knows no control characters; a title may hold them.
        let text: String = text.chars().map(|each| if each.is_control() { ' ' } else { each }).collect();
        let h_pos = match font.anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let weight = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        // The back end divides sizes by this.
        let size = font.size * UNITS * 1.24;
        let Color(red, green, blue) = font.color;
        let color = RGBColor(red, green, blue);
        let style = TextStyle::from((FONTS, size, weight).into_font())
            .color(&color)
            .pos(Pos::new(h_pos, VPos::Center));
        self.draw(|back| back.draw_text(&text, &style, units(at)));
    }

    /// The finished SVG document.
    pub fn finish(self) -> String {
        let (width, height) = (self.width, self.height);
        format!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" xmlns=\"http://www.w3.org/2000/svg\">\n{}</svg>\n",
            width * UNITS,
            height * UNITS,
            self.svg
        )
    }

    /// Lets the back end write one element; its own root element, made for whole units, is left out.
    fn draw<E: std::fmt::Debug>(&mut self, element: impl FnOnce(&mut SVGBackend) -> Result<(), E>) {
        let mut text = String::new();
        let mut back = SVGBackend::with_string(&mut text, (0, 0));
        let drawn = element(&mut back);
        drop(back);
        drawn.expect("writing into a text cannot fail");
        let elements = text.split_once(">\n").map_or("", |(_, elements)| elements);
        self.svg.push_str(elements.trim_end_matches("</svg>\n"));
    }
}

/// Roughly how wide a text is: no font is at hand, and a little too wide is safe.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.58
}

/// A text that fits a width, cut if need be.
pub fn fitted(text: &str, size: f64, width: f64) -> String {
    cut(text, (width / text_width("x", size)) as usize)
}

fn units(point: (f64, f64)) -> (i32, i32) {
    ((point.0 * UNITS).round() as i32, (point.1 * UNITS).round() as i32)
}

fn style(color: Color, alpha: f64, stroke: f64) -> ShapeStyle {
    let Color(red, green, blue) = color;
    ShapeStyle {
        color: RGBColor(red, green, blue).mix(alpha),
        filled: true,
        stroke_width: (stroke * UNITS).round() as u32,
    }
}
