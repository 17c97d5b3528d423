"""Where entries of the catalogue are used by customers, as counts."""

from bihuan.registers.customers.models import Machine


def machines_of(*, product_id: int = 0, category_code: str = "") -> int:
    """Appliances in homes of one model, or of one category."""
    found = Machine.objects.all()
    if product_id:
        found = found.filter(product_id=product_id)
    return (found.filter(category=category_code) if category_code else found).count()
