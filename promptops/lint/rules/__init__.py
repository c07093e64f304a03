"""The built-in rules, one module each; what a module is called is the rule's name."""
