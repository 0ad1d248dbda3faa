/**
 * What a call cost: dated price tables, their matching and their arithmetic. Start with {@link
 * dev.llmops.cost.PriceTable}. A model, tier or usage that is not known has no cost, never a cost
 * of 0. {@link dev.llmops.cost.CostBudget} refuses calls when enough was spent. Sums and currency
 * conversion do not live here.
 */
@NullMarked
package dev.llmops.cost;

import org.jspecify.annotations.NullMarked;
