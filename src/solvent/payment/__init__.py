"""Payment: when will each open item be paid, and will it be paid at all?"""
