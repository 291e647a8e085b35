"""Credit: how good is each customer?"""
