"""What a young installation asks of the register of customers."""

from bihuan.registers.customers.models import Customer


def count_customers() -> int:
    """How many customers are known."""
    return Customer.objects.count()
