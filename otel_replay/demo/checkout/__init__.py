"""The shop that people see: pages, a basket, and a checkout that asks the inventory."""
