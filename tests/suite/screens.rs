//! What is on the screen.

use podroom::view::symbols::Symbols;
use podroom::view::theme::Theme;

use crate::desk::Desk;

#[test]
fn the_main_screen() {
    let mut desk = Desk::preset("eks-1200-pods");
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("main_{columns}x{rows}"), desk.screen());
    }
}
