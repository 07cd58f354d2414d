//! All recipes of the shop.

use std::collections::btree_map::{BTreeMap, Values};

use apothecary_core::ingredient::catalogue::Catalogue;
use apothecary_core::pricing::Appraise;
use apothecary_core::recipe::{Recipe, RecipeId};
use apothecary_core::scroll::{self, ScrollError};

/// Recipes by their id.
#[derive(Debug, Clone, Default)]
pub struct Cookbook {
    recipes: BTreeMap<RecipeId, Recipe>,
}

impl Cookbook {
    /// Reads a cookbook from the text of a scroll.
    pub fn from_scroll(text: &str) -> Result<Self, ScrollError> {
        scroll::parse(text).map(Cookbook::from_iter)
    }

    pub fn get(&self, id: &str) -> Option<&Recipe> {
        self.recipes.get(id)
    }

    pub fn len(&self) -> usize {
        self.recipes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.recipes.is_empty()
    }

    /// The recipe with the cheapest materials per phial; recipes that cannot
    /// be appraised are left out.
    pub fn cheapest(&self, catalogue: &Catalogue) -> Option<&Recipe> {
        self.into_iter()
            .filter_map(|recipe| Some((recipe.scale_to(1).appraise(catalogue).ok()?, recipe)))
            .min_by_key(|(cost, _)| *cost)
            .map(|(_, recipe)| recipe)
    }
}

impl FromIterator<Recipe> for Cookbook {
    fn from_iter<I: IntoIterator<Item = Recipe>>(recipes: I) -> Self {
        let keyed = recipes.into_iter().map(|r| (r.id().clone(), r));
        Cookbook {
            recipes: keyed.collect(),
        }
    }
}

impl<'a> IntoIterator for &'a Cookbook {
    type Item = &'a Recipe;
    type IntoIter = Values<'a, RecipeId, Recipe>;

    fn into_iter(self) -> Self::IntoIter {
        self.recipes.values()
    }
}
